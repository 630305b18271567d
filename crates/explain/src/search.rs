//! Looks for the text that was signed: the right one, one mistake, two mistakes of different
//! dimensions. What is found hashes to the digest that was signed, so it is no guess.

use redress_crypto::{Algorithm, Pss};
use sha2::{Digest as _, Sha256};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::catalogue::{self, hex};
use crate::json::Kind;
use crate::mistake::{Dimension, Entry, Layout, Make, Mistake, Pairs, Piece, Wrap};
use crate::parts::{BODY, METHOD, NONCE, Parts, TARGET, TIME};

/// How much is hashed for single mistakes, in bytes.
const SINGLES_BYTES_MAX: usize = 8 << 20;
/// How much is printed and hashed for bodies that are changed in two ways, in bytes.
const REPRINTS_BYTES_MAX: usize = 512 << 10;
/// How much is hashed for pairs of mistakes, in bytes, less what single ones took: with a large body
/// only the likeliest pairs are tried.
const PAIRS_BYTES_MAX: usize = (3 << 20) + (128 << 10);
/// How much is hashed for what has very many variants, in bytes.
const WIDE_BYTES_MAX: usize = 768 << 10;
/// What a try costs beside its bytes, in bytes.
const TRY_BYTES: usize = 64;
/// How many variants of one mistake are tried in pairs.
const PAIR_VARIANTS_MAX: usize = 6;

/// Which dimensions go together, the likely ones first.
const TOGETHER: [(Dimension, Dimension); 15] = [
    (Dimension::Body, Dimension::Layout),
    (Dimension::Target, Dimension::Layout),
    (Dimension::Target, Dimension::Body),
    (Dimension::Time, Dimension::Layout),
    (Dimension::Time, Dimension::Body),
    (Dimension::Time, Dimension::Target),
    (Dimension::Method, Dimension::Body),
    (Dimension::Method, Dimension::Target),
    (Dimension::Method, Dimension::Layout),
    (Dimension::Nonce, Dimension::Body),
    (Dimension::Nonce, Dimension::Time),
    (Dimension::Nonce, Dimension::Target),
    (Dimension::Nonce, Dimension::Layout),
    (Dimension::Method, Dimension::Time),
    (Dimension::Method, Dimension::Nonce),
];

/// What a signature says about the text.
#[derive(Debug, Clone)]
pub(crate) enum Oracle {
    Digest(Algorithm, Box<[u8]>),
    Pss(Pss),
    Payload(Box<[u8]>),
}

impl Oracle {
    fn fits<'a>(&self, pieces: impl Iterator<Item = &'a [u8]> + Clone) -> bool {
        match self {
            Self::Digest(Algorithm::Sha256, wanted) => {
                let mut hash = Sha256::new();
                for piece in pieces {
                    hash.update(piece);
                }
                hash.finalize()[..] == **wanted
            }
            Self::Digest(algorithm, wanted) => algorithm.digest(pieces).as_ref() == Some(wanted),
            Self::Pss(pss) => {
                pss.algorithm().digest(pieces).is_some_and(|digest| pss.fits(&digest))
            }
            Self::Payload(payload) => {
                let length: usize = pieces.clone().map(<[u8]>::len).sum();
                if length == payload.len() {
                    return pieces.flatten().eq(payload.iter());
                }
                let digest = Algorithm::Sha256.digest(pieces).unwrap_or_default();
                digest == *payload || hex(&digest, false)[..] == **payload
            }
        }
    }
}

/// The text that was signed, and which mistakes lead to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) mistakes: Vec<&'static Mistake>,
    pub(crate) text: Vec<u8>,
}

struct Search<'p> {
    parts: &'p Parts<'p>,
    oracle: &'p Oracle,
    plain: Layout,
    left: usize,
}

/// A mistake and what it puts in place of a line.
pub(crate) struct Line {
    pub(crate) mistake: &'static Mistake,
    pub(crate) pairs: Pairs,
    pub(crate) line: usize,
    pub(crate) bytes: Vec<u8>,
}

/// A mistake and the layout that it makes.
pub(crate) struct Laid {
    pub(crate) mistake: &'static Mistake,
    pub(crate) pairs: Pairs,
    pub(crate) layout: Layout,
}

/// What a request was signed over.
pub(crate) fn request(parts: &Parts<'_>, oracle: &Oracle) -> Option<Found> {
    let mut search = Search::new(parts, oracle);
    if let Some(text) = search.try_lines(&[], None) {
        return found(&[], text);
    }
    let lines = search.lines();
    let layouts = search.layouts();
    search.left = SINGLES_BYTES_MAX;
    if let Some(found) = search.singles(&lines, &layouts) {
        return Some(found);
    }
    let spent = SINGLES_BYTES_MAX - search.left;
    search.left = REPRINTS_BYTES_MAX;
    if let Some(found) = search.reprints() {
        return Some(found);
    }
    search.left = PAIRS_BYTES_MAX.saturating_sub(spent);
    let found = TOGETHER.iter().find_map(|together| search.pairs(&lines, &layouts, *together));
    found.or_else(|| {
        search.left = WIDE_BYTES_MAX;
        search.wide()
    })
}

/// What an answer was signed over, out of changes to its lines.
pub(crate) fn answer(
    parts: &Parts<'_>,
    oracle: &Oracle,
    changes: impl FnOnce() -> (Vec<Line>, Vec<Laid>),
) -> Option<Found> {
    let mut search = Search::new(parts, oracle);
    if let Some(text) = search.try_lines(&[], None) {
        return found(&[], text);
    }
    let (lines, layouts) = changes();
    search.left = SINGLES_BYTES_MAX;
    if let Some(found) = search.singles(&lines, &layouts) {
        return Some(found);
    }
    let spent = SINGLES_BYTES_MAX - search.left;
    search.left = PAIRS_BYTES_MAX.saturating_sub(spent);
    for (at, one) in lines.iter().enumerate() {
        for other in lines[at + 1..].iter().filter(|other| other.line != one.line) {
            if let Some(text) = search.try_lines(&[one, other], None) {
                return found(&[one.mistake, other.mistake], text);
            }
        }
        for Laid { mistake, layout, .. } in &layouts {
            if let Some(text) = search.try_lines(&[one], Some(layout)) {
                return found(&[one.mistake, mistake], text);
            }
        }
    }
    None
}

impl<'p> Search<'p> {
    fn new(parts: &'p Parts<'p>, oracle: &'p Oracle) -> Self {
        let plain = Layout::ended(parts.order, |_| "\n");
        Self { parts, oracle, plain, left: usize::MAX }
    }

    /// What each mistake makes of its line, without what changes nothing.
    fn lines(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for entry in catalogue::entries() {
            let Some(line) = line_of(entry.mistake.dimension) else { continue };
            if !self.parts.order.contains(&line) {
                continue;
            }
            let made = match entry.make {
                Make::Lines(make) => make(self.parts),
                Make::Json(_, change) => {
                    let json = self.parts.json.as_ref();
                    json.map(|json| json.restyled(change)).into_iter().collect()
                }
                Make::Layouts(_) => continue,
            };
            let right = self.parts.lines[line];
            for bytes in made {
                // Large ones differ by their length, or are compared once.
                let seen = |other: &Line| other.line == line && other.bytes == bytes;
                if bytes != right && !lines.iter().any(seen) {
                    let Entry { mistake, pairs, .. } = entry;
                    lines.push(Line { mistake, pairs: *pairs, line, bytes });
                }
            }
        }
        lines
    }

    fn layouts(&self) -> Vec<Laid> {
        let mut layouts = Vec::new();
        for entry in catalogue::entries() {
            if let Make::Layouts(make) = entry.make {
                let Entry { mistake, pairs, .. } = entry;
                let laid = |layout| Laid { mistake, pairs: *pairs, layout };
                layouts.extend(make(self.parts).into_iter().map(laid));
            }
        }
        layouts
    }

    fn singles(&mut self, lines: &[Line], layouts: &[Laid]) -> Option<Found> {
        for Laid { mistake, layout, .. } in layouts {
            if let Some(text) = self.try_lines(&[], Some(layout)) {
                return found(&[mistake], text);
            }
        }
        for line in lines {
            if let Some(text) = self.try_lines(&[line], None) {
                return found(&[line.mistake], text);
            }
        }
        None
    }

    /// The body printed again in a style that two mistakes make.
    fn reprints(&mut self) -> Option<Found> {
        let json = self.parts.json.as_ref()?;
        let changes: Vec<(&'static Mistake, Kind, fn(&mut _))> = catalogue::entries()
            .filter_map(|entry| match entry.make {
                Make::Json(kind, change) => Some((&entry.mistake, kind, change)),
                Make::Lines(_) | Make::Layouts(_) => None,
            })
            .collect();
        for (at, (first, kind, change)) in changes.iter().enumerate() {
            for (second, other, then) in &changes[at + 1..] {
                if kind == other {
                    continue;
                }
                // Printing costs several times what hashing does.
                self.left = self.left.checked_sub(4 * self.parts.body().len())?;
                let bytes = json.restyled(|style| {
                    change(style);
                    then(style);
                });
                let line = Line { mistake: first, pairs: Pairs::No, line: BODY, bytes };
                if let Some(text) = self.try_lines(&[&line], None) {
                    return found(&[first, second], text);
                }
            }
        }
        None
    }

    fn pairs(
        &mut self,
        lines: &[Line],
        layouts: &[Laid],
        (first, second): (Dimension, Dimension),
    ) -> Option<Found> {
        let of = |mistake: &Mistake, pairs, dimension| {
            mistake.dimension == dimension && pairs == Pairs::Yes
        };
        let some = |dimension| {
            let lines = lines.iter().filter(move |line| of(line.mistake, line.pairs, dimension));
            few(lines, |line| line.mistake)
        };
        let ones = some(first);
        if second == Dimension::Layout {
            let layouts = layouts.iter().filter(|laid| of(laid.mistake, laid.pairs, second));
            for Laid { mistake, layout, .. } in few(layouts, |laid| laid.mistake) {
                for line in &ones {
                    if let Some(text) = self.try_lines(&[line], Some(layout)) {
                        return found(&[line.mistake, mistake], text);
                    }
                }
            }
            return None;
        }
        let others = some(second);
        for one in &ones {
            for other in &others {
                if let Some(text) = self.try_lines(&[one, other], None) {
                    return found(&[one.mistake, other.mistake], text);
                }
            }
        }
        None
    }

    /// What has too many variants to come earlier.
    fn wide(&mut self) -> Option<Found> {
        let milliseconds = catalogue::entry("timestamp-milliseconds")?;
        for bytes in catalogue::milliseconds(self.parts) {
            let mistake = &milliseconds.mistake;
            let line = Line { mistake, pairs: Pairs::No, line: TIME, bytes };
            if let Some(text) = self.try_lines(&[&line], None) {
                return found(&[mistake], text);
            }
        }
        let swapped = catalogue::entry("lines-swapped")?;
        for layout in catalogue::permuted(self.parts) {
            if let Some(text) = self.try_lines(&[], Some(&layout)) {
                return found(&[&swapped.mistake], text);
            }
        }
        None
    }

    /// The text of some lines in a layout, if it is the one that was signed.
    fn try_lines(&mut self, changed: &[&Line], layout: Option<&Layout>) -> Option<Vec<u8>> {
        let mut lines = self.parts.lines;
        for change in changed {
            lines[change.line] = &change.bytes;
        }
        let layout = layout.unwrap_or(&self.plain);
        let pieces = layout.pieces.iter().map(|piece| match piece {
            Piece::Line(line) => lines[*line],
            Piece::Text(text) => text,
        });
        let bytes: usize = pieces.clone().map(<[u8]>::len).sum();
        // What is too long for what is left is passed over; shorter ones may follow.
        self.left = self.left.checked_sub(bytes.saturating_add(TRY_BYTES))?;
        if layout.wrap == Wrap::Plain {
            return self.oracle.fits(pieces.clone()).then(|| pieces.flatten().copied().collect());
        }
        let whole = wrapped(layout.wrap, &pieces.flatten().copied().collect::<Vec<u8>>());
        self.oracle.fits(std::iter::once(&whole[..])).then_some(whole)
    }
}

fn line_of(dimension: Dimension) -> Option<usize> {
    match dimension {
        Dimension::Method => Some(METHOD),
        Dimension::Target => Some(TARGET),
        Dimension::Time => Some(TIME),
        Dimension::Nonce => Some(NONCE),
        Dimension::Body => Some(BODY),
        Dimension::Layout
        | Dimension::Key
        | Dimension::Coding
        | Dimension::Head
        | Dimension::Answer => None,
    }
}

/// The first variants of each mistake.
fn few<'i, T>(
    items: impl Iterator<Item = &'i T>,
    mistake: impl Fn(&T) -> &'static Mistake,
) -> Vec<&'i T> {
    let mut run = ("", 0);
    items
        .filter(|item| {
            let id = mistake(item).id;
            run = if run.0 == id { (id, run.1 + 1) } else { (id, 1) };
            run.1 <= PAIR_VARIANTS_MAX
        })
        .collect()
}

fn found(mistakes: &[&'static Mistake], text: Vec<u8>) -> Option<Found> {
    Some(Found { mistakes: mistakes.to_vec(), text })
}

fn wrapped(wrap: Wrap, whole: &[u8]) -> Vec<u8> {
    let digest = || Sha256::digest(whole);
    match wrap {
        Wrap::Plain => whole.to_vec(),
        Wrap::DigestBytes => digest().to_vec(),
        Wrap::DigestHex => hex(&digest(), false),
        Wrap::DigestHexCapital => hex(&digest(), true),
        Wrap::DigestBase64 => STANDARD.encode(digest()).into(),
        Wrap::Base64 => STANDARD.encode(whole).into(),
        Wrap::Hex => hex(whole, false),
        Wrap::Component => catalogue::component(whole),
        Wrap::Form => form_urlencoded::byte_serialize(whole).flat_map(str::bytes).collect(),
    }
}

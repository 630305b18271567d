//! Looks for secrets in the trail that a run of the tests has left: `redress-trail FOLDER`.
//!
//! Ends with 1 if one was found where it is not meant to be, or if the trail is too thin to prove
//! anything. It names files and kinds, never a secret.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use aho_corasick::AhoCorasick;
use redress_trail::{Kind, MARKER, SECRETS};

/// What no text that people see has in it, wherever it comes from.
const PATTERNS: &[(Kind, &str)] = &[
    (Kind::PrivateKey, "PRIVATE KEY-----"),
    // How the Base64 of any RSA key begins, in PKCS #8 and in PKCS #1.
    (Kind::PrivateKey, "kqhkiG9w0BAQEFAASC"),
    (Kind::PrivateKey, "IBAAKCAQEA"),
    (Kind::Authorization, "signature=\""),
    (Kind::Authorization, "signature=\\\""),
];

/// Where a secret is meant to be shown: files with this in their name, what of, and why.
const MEANT: &[(&str, Kind, &str)] = &[
    ("-curl-", Kind::Authorization, "`--curl` prints a request for curl to send"),
    ("cli/exec-node-", Kind::Authorization, "another client prints its own request when it fails"),
    (
        "cli/message-sign-",
        Kind::Authorization,
        "`message sign` prints the header that it is asked for",
    ),
    ("cli/message-open-", Kind::Plaintext, "`message open` prints what it is asked to open"),
    ("cli/notify-listen-", Kind::Plaintext, "`notify listen` prints what the callbacks tell"),
];

/// The least that a whole run leaves, in bytes: far less than it does.
const LEAST: &[(&str, u64)] = &[("logs", 1_000_000), ("seen", 100_000), ("cli", 100_000)];

/// Of whom there must be a detailed log: the tests in one process, and the commands.
const TALKERS: &[&str] = &["logs/", "cli/serve-", "cli/call-"];

/// A trail, read as far as what it must have.
struct Trail {
    folder: PathBuf,
    files: Vec<PathBuf>,
    secrets: Vec<(Kind, String)>,
}

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: redress-trail FOLDER");
        return ExitCode::from(2);
    };
    let trail = Trail::read(folder);
    let mut problems = trail.thin();
    problems.extend(trail.search());
    for problem in &problems {
        eprintln!("trail: {problem}");
    }
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Trail {
    fn read(folder: PathBuf) -> Self {
        let planted = files(&folder.join(SECRETS));
        let planted: BTreeSet<(Kind, String)> =
            planted.iter().flat_map(|path| planted_in(&text(path))).collect();
        let mut files = files(&folder);
        files.retain(|path| !path.starts_with(folder.join(SECRETS)));
        Self { folder, files, secrets: planted.into_iter().collect() }
    }

    fn name(&self, path: &Path) -> String {
        path.strip_prefix(&self.folder).unwrap_or(path).display().to_string()
    }

    /// Why it proves nothing.
    fn thin(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (part, least) in LEAST {
            let of_it = self.files.iter().filter(|path| path.starts_with(self.folder.join(part)));
            let bytes: u64 = of_it.filter_map(|path| Some(fs::metadata(path).ok()?.len())).sum();
            if bytes < *least {
                problems.push(format!("{part} has {bytes} bytes and a whole run at least {least}"));
            }
        }
        for kind in Kind::ALL {
            if !self.secrets.iter().any(|(found, _)| *found == kind) {
                problems.push(format!("nothing of the kind {} was planted", kind.word()));
            }
        }
        problems
    }

    /// Looks for all that is secret in all that was seen, and says what it has done.
    fn search(&self) -> Vec<String> {
        let patterns = PATTERNS.iter().map(|(kind, text)| (*kind, (*text).to_owned()));
        let wanted: Vec<(Kind, String)> = patterns.chain(self.secrets.clone()).collect();
        let searcher = AhoCorasick::new(wanted.iter().map(|(_, secret)| secret))
            .expect("there are not too many secrets");
        let talks = AhoCorasick::new([MARKER, " TRACE ", " DEBUG "]).expect("few words");
        let (mut found, mut meant) = (BTreeSet::new(), BTreeMap::new());
        let (mut bytes, mut silent) = (0, TALKERS.to_vec());
        for path in &self.files {
            let (name, text) = (self.name(path), text(path));
            bytes += text.len();
            if talks.is_match(&text) {
                silent.retain(|talker| !name.starts_with(talker));
            }
            let found_here = searcher.find_overlapping_iter(&text).filter(|place| {
                let of_header = wanted[place.pattern()].1.starts_with("signature=");
                !of_header || is_signature(&text[place.end()..])
            });
            let kinds: BTreeSet<Kind> = found_here.map(|place| wanted[place.pattern()].0).collect();
            for kind in kinds {
                let reason = MEANT.iter().find(|(file, of, _)| name.contains(file) && *of == kind);
                match reason {
                    Some(reason) => *meant.entry(reason).or_insert(0_u32) += 1,
                    None => drop(found.insert(format!("{name} shows a secret: {}", kind.word()))),
                }
            }
        }
        self.report(bytes, &meant);
        found.extend(silent.iter().map(|talker| format!("no log of {talker} in detail")));
        found.into_iter().collect()
    }

    fn report(&self, bytes: usize, meant: &BTreeMap<&(&str, Kind, &str), u32>) {
        let count = |kind| self.secrets.iter().filter(|(found, _)| *found == kind).count();
        let kinds = Kind::ALL.map(|kind| format!("{} {}", count(kind), kind.word()));
        eprintln!(
            "searched {bytes} bytes in {} files for {} planted secrets ({}) and {} patterns",
            self.files.len(),
            self.secrets.len(),
            kinds.join(", "),
            PATTERNS.len(),
        );
        for ((file, kind, why), files) in meant {
            eprintln!("meant to be shown, in {files} files *{file}*: {}, {why}", kind.word());
        }
    }
}

/// Whether the value of a signature follows, and not what stands for one that is left out.
fn is_signature(rest: &[u8]) -> bool {
    let base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    rest.iter().take_while(|byte| base64(byte)).count() >= 100
}

/// The secrets of a file that says them.
fn planted_in(text: &[u8]) -> Vec<(Kind, String)> {
    let text = String::from_utf8_lossy(text);
    let planted = text.lines().filter_map(|line| {
        let (word, secret) = line.split_once(' ')?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word)?;
        Some((kind, secret.to_owned()))
    });
    planted.collect()
}

fn text(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file under a folder, in order.
fn files(under: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![under.to_owned()]);
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            if path.is_dir() { &mut folders } else { &mut found }.push(path);
        }
    }
    found.sort();
    found
}

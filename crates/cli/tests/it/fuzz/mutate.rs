//! Mutations of a corpus: bytes and pieces changed, taken out, doubled, and taken from other files.

/// What often makes a reader stumble.
const TOKENS: &[&[u8]] = &[
    b"null",
    b"{}",
    b"[]",
    b"[[[[[[[[[[[[[[[[",
    b"-1",
    b"0",
    b"9223372036854775808",
    b"1e999",
    b"0.1",
    b"\"\"",
    b"\\ud800",
    b"\\u0000",
    b"%00",
    b"%",
    b"%25",
    b"%e4%b8",
    b"+",
    b"&",
    b"/../",
    b"\xff",
    b"\xf0\x9f\xa7\xa7",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"-----BEGIN CERTIFICATE-----",
    b"=",
];

/// Makes one input after another; the same ones for the same seed and corpus.
pub(crate) struct Mutator<'a> {
    state: u64,
    corpus: &'a [Vec<u8>],
}

impl<'a> Mutator<'a> {
    pub(crate) fn new(seed: u64, corpus: &'a [Vec<u8>]) -> Self {
        Self { state: seed, corpus }
    }

    /// A file of the corpus with one to four changes.
    pub(crate) fn next(&mut self) -> Vec<u8> {
        let mut input = self.file().to_vec();
        for _ in 0..=self.below(4) {
            self.change(&mut input);
        }
        input
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let (at, end) = self.piece(input.len());
        match self.below(6) {
            0 if at < input.len() => input[at] = u8::try_from(self.below(256)).expect("a byte"),
            1 if at < input.len() => input[at] ^= 1 << self.below(8),
            2 => drop(input.drain(at..end)),
            3 => {
                let piece = input[at..end].to_vec();
                let to = self.below(input.len() + 1);
                input.splice(to..to, piece);
            }
            4 => {
                let other = self.file();
                let (from, to) = self.piece(other.len());
                input.splice(at..end, other[from..to].iter().copied());
            }
            _ => {
                let token = TOKENS[self.below(TOKENS.len())];
                input.splice(at..end, token.iter().copied());
            }
        }
    }

    /// A piece of something so long; most pieces are short.
    fn piece(&mut self, length: usize) -> (usize, usize) {
        let at = self.below(length + 1);
        let long = if self.below(4) == 0 { length - at } else { (length - at).min(8) };
        (at, at + self.below(long + 1))
    }

    fn file(&mut self) -> &'a [u8] {
        let corpus = self.corpus;
        &corpus[self.below(corpus.len())]
    }

    /// A number below another, after SplitMix64.
    fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bound = u64::try_from(bound).expect("a small number");
        usize::try_from((z ^ (z >> 31)) % bound).expect("a small number")
    }
}

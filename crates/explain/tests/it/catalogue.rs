//! The catalogue as a whole, and the page that lists it. `REDRESS_BLESS=1` writes its table anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use redress_explain::{Dimension, mistakes};

use crate::planted::planted;

fn is_text(dimension: Dimension) -> bool {
    match dimension {
        Dimension::Method
        | Dimension::Target
        | Dimension::Time
        | Dimension::Nonce
        | Dimension::Body
        | Dimension::Layout => true,
        Dimension::Key | Dimension::Coding | Dimension::Head | Dimension::Answer => false,
    }
}

#[test]
fn names_are_unique_and_everything_is_said_twice() {
    let mut seen = BTreeSet::new();
    for mistake in mistakes() {
        let id = mistake.id;
        assert!(seen.insert(id), "{id} is there twice");
        assert!(id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
        for said in [mistake.en, mistake.fix_en] {
            assert!(said.ends_with('.') && said.len() > 20, "{id}: {said}");
        }
        for said in [mistake.zh, mistake.fix_zh] {
            assert!(said.ends_with('。') && !said.is_ascii(), "{id}: {said}");
        }
    }
    let texts = mistakes().filter(|mistake| is_text(mistake.dimension)).count();
    assert!(texts >= 60, "{texts} mistakes of the text");
}

#[test]
fn every_mistake_of_the_text_is_planted() {
    let planted: BTreeSet<_> = planted().iter().map(|planted| planted.id).collect();
    let missing: Vec<_> = mistakes()
        .filter(|mistake| is_text(mistake.dimension) && !planted.contains(mistake.id))
        .map(|mistake| mistake.id)
        .collect();
    // The first comes with a mistake of the header and is tested there; the other is no request's.
    assert_eq!(missing, ["timestamp-seconds", "requests-text"]);
}

#[test]
fn the_page_lists_the_catalogue() {
    const BEGIN: &str = "<!-- mistakes: generated -->\n";
    const END: &str = "<!-- mistakes: end -->";
    let mut table = "| name | about | cause | 原因 |\n| --- | --- | --- | --- |\n".to_owned();
    for mistake in mistakes() {
        let cell = |text: &str| text.replace('|', "\\|").replace('<', "&lt;");
        table += &format!(
            "| `{}` | {} | {} | {} |\n",
            mistake.id,
            mistake.dimension.name(),
            cell(mistake.en),
            cell(mistake.zh)
        );
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/explain.md");
    let text = fs::read_to_string(&path).expect("docs/explain.md");
    let (head, rest) = text.split_once(BEGIN).expect("the begin of the table");
    let (found, tail) = rest.split_once(END).expect("the end of the table");
    if found != table {
        assert!(
            std::env::var_os("REDRESS_BLESS").is_some(),
            "docs/explain.md: the table is old; run the tests with REDRESS_BLESS=1"
        );
        fs::write(&path, format!("{head}{BEGIN}{table}{END}{tail}")).expect("the page is written");
    }
}

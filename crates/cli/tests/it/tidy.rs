//! Rules of the tree that no compiler holds: who may depend on whom, one line per endpoint, what
//! the README promises.
//!
//! `REDRESS_BLESS=1` writes the generated tables of the READMEs anew.

use std::fs;
use std::path::{Path, PathBuf};

use redress::api::{Definition, assumed::assumptions, endpoints};

use crate::served::{run, stdout};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file with this extension under a folder.
fn files(under: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(under)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the tree") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn crates_depend_only_downwards() {
    let allowed: &[(&str, &[&str])] = &[
        ("api", &[]),
        ("crypto", &[]),
        ("explain", &["redress-crypto"]),
        ("core", &["redress-api"]),
        ("store", &["redress-api", "redress-core"]),
        (
            "server",
            &["redress-api", "redress-core", "redress-crypto", "redress-explain", "redress-store"],
        ),
        ("client", &["redress-api", "redress-crypto"]),
        ("cli", &["redress", "redress-core", "redress-explain", "redress-server", "redress-store"]),
    ];
    let folders = fs::read_dir(root().join("crates")).expect("crates").count();
    assert_eq!(folders, allowed.len(), "a crate is not in this list");
    for (folder, allowed) in allowed {
        let manifest = read(format!("crates/{folder}/Cargo.toml"));
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap_or_default();
        let dependencies = dependencies.split("\n[").next().unwrap_or_default();
        for line in dependencies.lines().filter(|line| line.starts_with("redress")) {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            assert!(allowed.contains(&name), "{folder} may not depend on {name}");
        }
    }
}

#[test]
fn refused_crates_stay_out() {
    let lock = read("Cargo.lock");
    // Not `ring`: the lock file names it for a feature of rustls that is off.
    for name in ["openssl", "openssl-sys", "native-tls", "rsa", "chrono", "h2"] {
        let line = format!("name = \"{name}\"\n");
        assert!(!lock.contains(&line), "{name} is in Cargo.lock; see deny.toml for why not");
    }
}

#[test]
fn core_is_pure() {
    let manifest = read("crates/core/Cargo.toml");
    for name in ["tokio", "rand", "getrandom", "jiff", "http"] {
        assert!(!manifest.contains(&format!("\n{name}")), "core may not depend on {name}");
    }
}

#[test]
fn every_endpoint_is_routed_and_has_its_contract_test_and_examples() {
    let served = redress_server::operations();
    let defined = endpoints();
    let key = |d: &Definition| (d.method.clone(), d.path);
    assert_eq!(
        served.iter().map(key).collect::<Vec<_>>(),
        defined.iter().map(key).collect::<Vec<_>>(),
        "the router and the list of definitions differ"
    );
    let tests = files("crates/server/tests/it/contract", "rs");
    let tests = tests.iter().filter(|path| !path.ends_with("mod.rs")).count();
    assert_eq!(tests, defined.len(), "one contract test per endpoint");
    let sources: String = files("crates/api/src", "rs")
        .iter()
        .map(|path| fs::read_to_string(path).expect("a source file"))
        .collect();
    let implementations = sources.matches("impl Endpoint for ").count();
    assert_eq!(implementations, defined.len(), "a definition is not in api::endpoints()");
    let changes =
        sources.matches("impl Change for ").count() + sources.matches("\nrecorded!(").count();
    let posts = defined.iter().filter(|d| d.method == http::Method::POST).count();
    assert_eq!(
        changes, posts,
        "a request that changes something does not say how it is found out about"
    );
    let programs = files("crates/client/examples", "rs");
    // Those of tasks have a folder of their own.
    let is_in = |path: &Path, name| path.parent().is_some_and(|folder| folder.ends_with(name));
    let of_a_page = |path: &Path| !is_in(path, "common") && !is_in(path, "tasks");
    let programs = programs.iter().filter(|path| of_a_page(path)).count();
    assert_eq!(programs, defined.len(), "one example program per page");
}

#[test]
fn files_say_what_they_are_for_and_fit_a_mind() {
    for path in files("crates", "rs") {
        let text = fs::read_to_string(&path).expect("a source file");
        let name = path.display();
        assert!(text.starts_with("//!"), "{name} does not say what it is for");
        assert!(text.lines().count() <= 500, "{name} has become two files");
        if path.components().any(|part| part.as_os_str() == "src") {
            let product = text.split("#[cfg(test)]").next().unwrap_or_default();
            for word in ["todo!(", "unimplemented!(", ".unwrap()", "#[allow("] {
                assert!(!product.contains(word), "{name} contains {word}");
            }
        }
    }
}

/// The table of endpoints, as both READMEs carry it.
fn endpoint_table() -> String {
    let mut table = "| | path | page | 支持商户 | per second | errors besides the common four |\n\
                     | --- | --- | --- | --- | --: | --- |\n"
        .to_owned();
    for Definition { method, path, page, supported, rates, errors, assumed_errors, .. } in
        endpoints()
    {
        let rates: Vec<String> = rates.iter().map(ToString::to_string).collect();
        let published = errors.iter().map(|error| error.code.to_owned());
        let assumed = assumed_errors.iter().map(|error| format!("{} *", error.code));
        let errors: Vec<String> = published.chain(assumed).collect();
        table += &format!(
            "| {method} | `{path}` | [{}]({}){} | {} | {} | {} |\n",
            page.title,
            page.url,
            page.updated.map_or_else(String::new, |day| format!(" ({day})")),
            supported.label(),
            rates.join(", "),
            errors.join(", "),
        );
    }
    table
        + "\n\\* not published for this endpoint: assumed, see `redress assumptions`. † from an older \
           edition of the page. An endpoint with a rate also answers 429 `FREQUENCY_LIMITED` when it \
           is exceeded.\n"
}

fn assumption_table() -> String {
    let mut table = "| id | about | choice | because |\n| --- | --- | --- | --- |\n".to_owned();
    for a in assumptions() {
        table += &format!("| `{}` | {} | {} | {} |\n", a.id, a.about, a.choice, a.because);
    }
    table
}

/// Compares what stands between two markers of a file with what is generated.
fn assert_generated(file: &str, name: &str, generated: &str) {
    let (begin, end) = (format!("<!-- {name}: generated -->\n"), format!("<!-- {name}: end -->"));
    let text = read(file);
    let (head, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("{file}: no {begin}"));
    let (found, tail) = rest.split_once(&end).unwrap_or_else(|| panic!("{file}: no {end}"));
    if found == generated {
        return;
    }
    assert!(
        std::env::var_os("REDRESS_BLESS").is_some(),
        "{file}: the table of {name} is old; run the tests with REDRESS_BLESS=1"
    );
    let text = format!("{head}{begin}{generated}{end}{tail}");
    fs::write(root().join(file), text).expect("the file can be written");
}

#[test]
fn generated_tables_are_up_to_date() {
    for readme in ["README.md", "README.zh-CN.md"] {
        assert_generated(readme, "endpoints", &endpoint_table());
    }
    assert_generated("docs/assumptions.md", "assumptions", &assumption_table());
}

#[test]
fn both_readmes_say_the_same() {
    let outline = |text: &str| {
        text.lines().filter(|line| line.starts_with('#')).map(|l| l.matches('#').count()).collect()
    };
    let commands = |text: &str| {
        let blocks = text.split("```sh\n").skip(1).filter_map(|b| b.split("```").next());
        blocks
            .flat_map(str::lines)
            .map(|line| line.split(" #").next().unwrap_or_default().trim().to_owned())
            .collect()
    };
    let (english, chinese) = (read("README.md"), read("README.zh-CN.md"));
    let (a, b): (Vec<usize>, Vec<usize>) = (outline(&english), outline(&chinese));
    assert_eq!(a, b, "the READMEs have different sections");
    let (a, b): (Vec<String>, Vec<String>) = (commands(&english), commands(&chinese));
    assert_eq!(a, b, "the READMEs give different commands");
    for command in ["cargo run --release -- demo", "cargo test --workspace"] {
        assert!(a.iter().any(|line| line == command), "the README lacks {command}");
    }
    let gate = read(".ci/run");
    assert!(gate.contains("cargo test --workspace"), ".ci/run runs other tests than the README");
}

/// Flags that every command has are in the README.
#[test]
fn every_setting_of_the_server_is_in_the_table() {
    let (help, table) = (stdout(&run(&["serve", "--help"])), read("docs/operations.md"));
    let flags = help.lines().filter_map(|line| line.trim_start().strip_prefix("--"));
    let flags: Vec<&str> = flags.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(flags.len() > 10, "{help}");
    for flag in flags.into_iter().filter(|flag| *flag != "profile") {
        let variable = format!("`REDRESS_{}`", flag.to_uppercase().replace('-', "_"));
        let says = |line: &&str| line.starts_with(&format!("| `--{flag}"));
        let row = table.lines().find(says).unwrap_or_else(|| panic!("no --{flag}"));
        assert!(row.contains(&variable), "{row}");
    }
}

//! `redress profile`, and whom a call may reach.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;

use crate::served::{Served, json, redress, stderr};

const MCHID: &str = "1900001108";
/// What anyone may ask, and what has no effect.
const ECHO: &str = "/v3/security/echo";
const BODY: &str = r#"{"echo_message":"hello"}"#;
const LIVE: &str = "https://api.mch.weixin.qq.com";

struct World {
    folder: tempfile::TempDir,
    served: Served,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let served = Served::start(&folder.path().join("data"));
        Self { folder, served }
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("settings/profiles.json")
    }

    /// The binary with a file of profiles of its own, away from any data folder.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = redress();
        command.args(args).env("REDRESS_CONFIG", self.config()).current_dir(self.folder.path());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("redress runs")
    }

    fn add(&self, name: &str, more: &[&str]) -> Output {
        let merchant = self.served.merchant(MCHID);
        let merchant = merchant.to_str().expect("UTF-8");
        self.run(&[&["profile", "add", name, "--merchant", merchant, "--json"], more].concat())
    }

    /// How many requests the server has answered.
    fn answered(&self) -> usize {
        let list = ["requests", "list", "--json", "--server", &self.served.base_url];
        let output = self.run(&list);
        let list: Json = serde_json::from_slice(&output.stdout).expect("JSON");
        list.as_array().expect("a list").len()
    }
}

fn ca(data: &Path) -> PathBuf {
    data.join("ca/ca.pem")
}

#[test]
fn profiles_are_kept_shown_used_and_forgotten() {
    let world = World::new();
    assert_eq!(json(&world.run(&["profile", "list", "--json"])), Json::Array(Vec::new()));
    let added = json(&world.add("shop", &[]));
    assert_eq!((&added["mchid"], &added["live"]), (&MCHID.into(), &false.into()));
    assert_eq!(added["calls"], *world.served.base_url);

    let text = fs::read_to_string(world.config()).expect("the file");
    let key = fs::read_to_string(world.served.merchant(MCHID).join("merchant.json")).expect("it");
    let key: Json = serde_json::from_str(&key).expect("JSON");
    assert!(!text.contains(key["apiv3_key"].as_str().expect("a key")), "no key is copied");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(world.config()).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    let again = world.add("shop", &[]);
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("--replace"), "{}", stderr(&again));
    assert!(world.add("shop", &["--replace"]).status.success());
    assert_eq!(world.add("no/name", &[]).status.code(), Some(2));
    let nowhere = world.run(&["profile", "add", "x", "--merchant", "/nowhere"]);
    assert_eq!(nowhere.status.code(), Some(1));

    let query = ["call", "POST", ECHO, "--json", BODY];
    let named = world.run(&[&query[..], &["--profile", "shop"]].concat());
    assert_eq!(json(&named)["echo_message"], "hello");
    // A typed command takes it as well: the service knows who asks, and has no such bill.
    let typed = world.run(&["compensate", "query", "nobody", "--profile", "shop"]);
    assert!(stderr(&typed).contains("NOT_FOUND"), "{}", stderr(&typed));
    let before = world.run(&[&["--profile", "shop"], &query[..]].concat());
    assert!(before.status.success(), "{}", stderr(&before));
    let by_variable = world.command(&query).env("REDRESS_PROFILE", "shop").output().expect("runs");
    assert!(by_variable.status.success(), "{}", stderr(&by_variable));
    let unnamed = world.run(&query);
    assert_eq!(unnamed.status.code(), Some(1), "there is no data folder here, and none in use");

    assert!(world.run(&["profile", "use", "shop"]).status.success());
    assert!(world.run(&query).status.success());
    assert_eq!(json(&world.run(&["profile", "show", "--json"]))["current"], true);
    let unknown = world.run(&[&query[..], &["--profile", "other"]].concat());
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("(shop)"), "{}", stderr(&unknown));

    assert!(world.run(&["profile", "remove", "shop"]).status.success());
    assert!(!world.run(&query).status.success());
    assert!(world.served.merchant(MCHID).join("apiclient_key.pem").exists());
}

#[test]
fn flags_come_before_the_environment_and_that_before_the_profile() {
    let world = World::new();
    // Nobody listens at the port that the profile names.
    assert!(world.add("shop", &["--base-url", "http://127.0.0.1:1"]).status.success());
    let query = ["call", "POST", ECHO, "--json", BODY, "--profile", "shop"];
    let of_profile = world.run(&query);
    assert!(stderr(&of_profile).contains("could not be reached"), "{}", stderr(&of_profile));
    let there = |value: &str| {
        world.command(&query).env("REDRESS_BASE_URL", value).output().expect("redress runs")
    };
    assert!(there(&world.served.base_url).status.success());
    let mut flag = world.command(&[&query[..], &["--base-url", &world.served.base_url]].concat());
    let flag = flag.env("REDRESS_BASE_URL", "http://127.0.0.1:1").output().expect("runs");
    assert!(flag.status.success(), "{}", stderr(&flag));
    // The merchant of a flag, where the profile has another.
    let direct = world.served.merchant("1230000109");
    let output = world.run(&[
        "call",
        "POST",
        ECHO,
        "--json",
        BODY,
        "--profile",
        "shop",
        "--merchant",
        direct.to_str().expect("UTF-8"),
        "--base-url",
        &world.served.base_url,
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
    let list = ["requests", "list", "--json", "--server", &world.served.base_url];
    let asked = json(&world.run(&list));
    let last = asked.as_array().and_then(|list| list.last()).expect("requests");
    assert_eq!(last["mchid"], "1230000109");
}

#[test]
fn only_a_live_profile_leaves_this_machine() {
    let world = World::new();
    assert!(world.add("shop", &[]).status.success());
    assert!(world.add("real", &["--live", "--base-url", LIVE]).status.success());
    let query = ["call", "POST", ECHO, "--json", BODY];
    let through_proxy = |args: &[&str]| {
        let mut command = world.command(args);
        command.env("HTTPS_PROXY", &world.served.base_url).env_remove("NO_PROXY");
        command.env_remove("no_proxy").env("SSL_CERT_FILE", ca(&world.served.data));
        command.output().expect("redress runs")
    };
    let merchant = world.served.merchant(MCHID);
    let merchant = merchant.to_str().expect("UTF-8");
    let before = world.answered();
    for more in [
        &["--profile", "shop", "--base-url", LIVE][..],
        &["--merchant", merchant, "--base-url", LIVE],
        &["--merchant", merchant, "--base-url", "http://192.0.2.1:8790"],
        &["--merchant", merchant, "--base-url", "http://127.0.0.1.example.com"],
    ] {
        let output = through_proxy(&[&query[..], more].concat());
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        let said = stderr(&output);
        assert!(said.contains("nothing was sent") && said.contains("--live"), "{said}");
    }
    // A profile in use is not lent to another merchant.
    assert!(world.run(&["profile", "use", "real"]).status.success());
    let lent = [&query[..], &["--merchant", merchant, "--base-url", LIVE]].concat();
    assert_eq!(through_proxy(&lent).status.code(), Some(2));
    // merchant.json may name the real service as well.
    let real = world.folder.path().join("real");
    fs::create_dir(&real).expect("a folder");
    for name in ["apiclient_key.pem", "wxp_pub.pem", "merchant.json"] {
        let text = fs::read_to_string(world.served.merchant(MCHID).join(name)).expect("a file");
        let text = text.replace(&world.served.base_url, LIVE);
        fs::write(real.join(name), text).expect("a file");
    }
    let output = through_proxy(&[&query[..], &["--merchant", "real"]].concat());
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(world.answered(), before, "nothing was sent");

    for more in [&["--profile", "real"][..], &[]] {
        let output = through_proxy(&[&query[..], more].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        let said = format!("profile real is live: merchant {MCHID} calls {LIVE}");
        assert!(stderr(&output).contains(&said), "{}", stderr(&output));
    }
    assert_eq!(world.answered(), before + 2);
}

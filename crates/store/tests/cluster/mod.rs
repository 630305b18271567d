//! A real PostgreSQL for tests: one server for each test program, on a port of its own, gone with
//! it. Other crates' tests include this file.
//!
//! Where there is no PostgreSQL, its tests say so and are passed over; with
//! `REDRESS_REQUIRE_POSTGRES` set, as in CI, they fail.

use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// What a server is told beyond its folder and port.
const SETTINGS: &[&str] = &["max_connections=300", "listen_addresses=127.0.0.1"];
const START_MAX: Duration = Duration::from_secs(60);

/// A server.
pub(crate) struct Cluster {
    pub(crate) port: u16,
    _server: Child,
}

impl Cluster {
    /// An address of an empty place of its own on the server: a schema, whose name its sessions
    /// have too. More can be added to its options.
    pub(crate) fn place(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let schema = format!("place_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let made = self.psql(&format!("CREATE SCHEMA {schema}"));
        assert!(made.is_ok(), "{made:?}");
        let port = self.port;
        let set = format!("-c%20search_path%3D{schema}");
        let name = format!("application_name={schema}");
        format!("postgres://redress@127.0.0.1:{port}/redress?sslmode=disable&{name}&options={set}")
    }

    /// An address of a database of its own, made as a copy of another if there is one to copy. No
    /// one may be at work in that.
    pub(crate) fn database(&self, template: Option<&str>) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("world_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let of = |url: &str| {
            url.rsplit('/').next().and_then(|name| name.split('?').next()).map(str::to_owned)
        };
        let template = template.and_then(of).unwrap_or_else(|| "template1".to_owned());
        let start = Instant::now();
        // The sessions of a server that was stopped end a moment later.
        while let Err(error) = self.psql(&format!("CREATE DATABASE {name} TEMPLATE {template}")) {
            assert!(start.elapsed() < START_MAX, "{error}");
            std::thread::sleep(Duration::from_millis(20));
        }
        format!("postgres://redress@127.0.0.1:{}/{name}?sslmode=disable", self.port)
    }

    fn psql(&self, statement: &str) -> Result<String, String> {
        let url = format!("postgres://redress@127.0.0.1:{}/redress", self.port);
        psql(&url, statement)
    }
}

/// Runs statements behind everyone's back, and gives what they print.
pub(crate) fn psql(url: &str, statements: &str) -> Result<String, String> {
    let output = Command::new(program("psql").expect("psql is there"))
        .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", statements])
        .output()
        .expect("psql runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// The server of this test program. None where there is no PostgreSQL.
pub(crate) fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let started = CLUSTER.get_or_init(|| {
        let found = program("initdb").zip(program("postgres"));
        let required = std::env::var_os("REDRESS_REQUIRE_POSTGRES").is_some();
        assert!(found.is_some() || !required, "there is no PostgreSQL here");
        found.map(|(initdb, postgres)| start(&initdb, &postgres))
    });
    if started.is_none() {
        let mut stderr = std::io::stderr().lock();
        writeln!(stderr, "passed over: there is no PostgreSQL here").expect("stderr");
    }
    started.as_ref()
}

/// A program of PostgreSQL: on the path, or where Debian has it.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(name));
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let of_debian = versions.map(|version| version.path().join("bin").join(name));
    on_path.chain(of_debian).find(|program| program.is_file())
}

/// PostgreSQL refuses to run as root: then it is run as this user.
pub(crate) fn user() -> Option<(u32, u32)> {
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let ids = |name: &str| {
        let line = passwd.lines().find(|line| line.starts_with(&format!("{name}:")))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let mine: Option<u32> = std::fs::read_to_string("/proc/self/status").ok().and_then(|status| {
        let line = status.lines().find(|line| line.starts_with("Uid:"))?.to_owned();
        line.split_whitespace().nth(2)?.parse().ok()
    });
    (mine == Some(0)).then(|| ids("postgres").or_else(|| ids("nobody")).expect("a plain user"))
}

/// A command of PostgreSQL's, run as the user that it wants.
pub(crate) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    if let Some((uid, gid)) = user() {
        command.uid(uid).gid(gid);
    }
    command.env("LC_ALL", "C.UTF-8").current_dir("/");
    command
}

/// A folder that PostgreSQL may have.
pub(crate) fn folder() -> PathBuf {
    let folder = tempfile::Builder::new().prefix("redress-pg-").tempdir().expect("a folder").keep();
    let private = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(&folder, private).expect("the folder is private");
    if let Some((uid, gid)) = user() {
        chown(&folder, Some(uid), Some(gid)).expect("the folder is given away");
    }
    folder
}

/// A port that is free at this moment.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn start(initdb: &Path, postgres: &Path) -> Cluster {
    let folder = folder();
    let made = command(initdb)
        .args(["--no-sync", "-A", "trust", "-U", "redress", "-E", "UTF8", "-D"])
        .arg(&folder)
        .output()
        .expect("initdb runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let port = free_port();
    let cluster = Cluster { port, _server: serve(postgres, &folder, port) };
    await_database(port, &folder);
    cluster
}

/// Waits until a new server answers, and makes the database.
pub(crate) fn await_database(port: u16, folder: &Path) {
    let maintenance = format!("postgres://redress@127.0.0.1:{port}/postgres");
    let start = Instant::now();
    while let Err(error) = psql(&maintenance, "CREATE DATABASE redress") {
        let log = || std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        assert!(start.elapsed() < START_MAX, "{error}\n{}", log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Starts a server over a folder that has been made. It ends with this program, however that ends,
/// and its folder with it.
pub(crate) fn serve(postgres: &Path, folder: &Path, port: u16) -> Child {
    // When this program ends, the pipe that `cat` reads is closed.
    let script = "\"$@\" & server=$!; cat > /dev/null; kill -QUIT $server; wait; rm -rf \"$0\"";
    let mut server = command(Path::new("/bin/sh"));
    server.arg("-c").arg(script).arg(folder).arg(postgres).arg("-D").arg(folder);
    server.arg("-k").arg(folder).args(["-p", &port.to_string()]);
    for setting in SETTINGS {
        server.args(["-c", setting]);
    }
    // What is tested is that we lose nothing when we die, not that the disk keeps its word.
    server.args(["-c", "fsync=off"]);
    let log = std::fs::File::create(folder.join("log")).expect("a log");
    // The pipe stays open as long as the child is kept.
    server
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("the server starts")
}

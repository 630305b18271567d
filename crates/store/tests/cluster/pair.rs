//! Two PostgreSQL servers for tests: a primary, and a standby that every commit waits for. The
//! primary can be killed, and the standby be promoted. Included beside `cluster`.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::cluster::{await_database, command, folder, free_port, program, psql, serve};

const WAIT_MAX: Duration = Duration::from_secs(60);

/// One of the two.
struct Side {
    port: u16,
    folder: PathBuf,
    _server: Child,
}

/// Both.
pub(crate) struct Pair {
    primary: Side,
    standby: Side,
}

impl Pair {
    /// Starts both, and waits until commits wait for the standby. None where there is no PostgreSQL.
    pub(crate) fn start() -> Option<Self> {
        let [initdb, postgres, copy] = ["initdb", "postgres", "pg_basebackup"].map(program);
        let (initdb, postgres, copy) = (initdb?, postgres?, copy?);
        let made = folder();
        done(
            command(&initdb)
                .args(["--no-sync", "-A", "trust", "-U", "redress", "-E", "UTF8", "-D"])
                .arg(&made),
        );
        let port = free_port();
        let server = serve(&postgres, &made, port);
        await_database(port, &made);
        let primary = Side { port, folder: made, _server: server };

        let copied = folder();
        let from = format!("host=127.0.0.1 port={port} user=redress application_name=standby");
        let mut copying = command(&copy);
        copying.args(["-c", "fast", "-X", "stream", "-R", "--no-sync", "-d", &from, "-D"]);
        done(copying.arg(&copied));
        let port = free_port();
        let server = serve(&postgres, &copied, port);
        let standby = Side { port, folder: copied, _server: server };
        primary.say("ALTER SYSTEM SET synchronous_standby_names = '*'");
        primary.say("SELECT pg_reload_conf()");
        let state = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        wait_until(|| primary.ask(state) == Ok("1".to_owned()), "the standby follows");
        Some(Self { primary, standby })
    }

    /// The ports, that of the first primary first.
    pub(crate) const fn ports(&self) -> [u16; 2] {
        [self.primary.port, self.standby.port]
    }

    /// Kills the primary with all its processes, as a power cut would.
    pub(crate) fn kill_primary(&self) {
        let pid = std::fs::read_to_string(self.primary.folder.join("postmaster.pid"));
        let pid = pid.expect("the primary runs").lines().next().expect("its number").to_owned();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
        let children = children.unwrap_or_default();
        let mut kill = Command::new("kill");
        // Children may end by themselves while this is done.
        let killed = kill.arg("-9").arg(&pid).args(children.split_whitespace()).output();
        drop(killed.expect("kill runs"));
        wait_until(|| self.primary.ask("SELECT 1").is_err(), "the primary is gone");
    }

    /// Makes the standby the primary, which then has no standby, and waits for none.
    pub(crate) fn promote(&self) {
        let promoted = self.standby.ask("SELECT pg_promote(true, 30)");
        assert_eq!(promoted, Ok("t".to_owned()), "the standby is not promoted");
        self.standby.say("ALTER SYSTEM SET synchronous_standby_names = ''");
        self.standby.say("SELECT pg_reload_conf()");
    }
}

impl Side {
    fn ask(&self, statement: &str) -> Result<String, String> {
        psql(&format!("postgres://redress@127.0.0.1:{}/redress", self.port), statement)
    }

    fn say(&self, statement: &str) {
        let said = self.ask(statement);
        let log = || std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        assert!(said.is_ok(), "{said:?}\n{}", log());
    }
}

fn done(command: &mut Command) {
    let output = command.output().expect("it runs");
    let program = Path::new(command.get_program()).display();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
}

fn wait_until(mut is_so: impl FnMut() -> bool, what: &str) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < WAIT_MAX, "{what}: not in time");
        std::thread::sleep(Duration::from_millis(50));
    }
}

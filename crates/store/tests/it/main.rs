//! Tests of the crate through its public door. What every engine must do is one suite, run on each
//! of them; what only a file does is by itself.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]
#![expect(clippy::duplicate_mod, reason = "the suite is one, and each engine runs it")]

/// A place for the test, or its end.
macro_rules! place {
    () => {
        match crate::place::Place::find(super::ENGINE) {
            Some(place) => place,
            None => return,
        }
    };
}
#[expect(dead_code, reason = "other test programs use the rest")]
#[path = "../cluster/mod.rs"]
mod cluster;
mod copy;
mod crash;
mod migrate;
mod open;
mod place;
mod real;
mod world;

/// The suite on an engine. A test that cannot run there ends at its first line, and says so.
macro_rules! suite {
    ($(#[$doc:meta])* $name:ident on $engine:ident) => {
        $(#[$doc])*
        #[path = "."]
        mod $name {
            pub(crate) const ENGINE: crate::place::Engine = crate::place::Engine::$engine;
            #[path = "execute.rs"]
            mod execute;
            #[path = "group.rs"]
            mod group;
            #[path = "jobs.rs"]
            mod jobs;
            #[path = "kill.rs"]
            mod kill;
            #[path = "ledger.rs"]
            pub(crate) mod ledger;
            #[path = "lists.rs"]
            mod lists;
            #[path = "nodes.rs"]
            mod nodes;
        }
    };
}

suite!(sqlite on Sqlite);
suite!(postgres on Postgres);
suite!(serializable on Serializable);

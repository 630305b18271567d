//! Where the worlds of tests are kept: in a file, or, in a run that is told so, on PostgreSQL.

use std::path::Path;

use redress_store::Location;

use crate::cluster::cluster;

/// Tells a run of this program on which engine its worlds are kept.
pub(crate) const ENGINE: &str = "REDRESS_TEST_ENGINE";
/// Where a world's folder says which database it belongs to.
const FILE: &str = "store";

/// Makes a database for the world of a folder, as a copy of another world's if there is one. None
/// if a file in the folder does.
pub(crate) fn fresh(folder: &Path, template: Option<&Path>) -> Option<Location> {
    let set = match std::env::var(ENGINE).as_deref() {
        Ok("postgres") => "",
        Ok("serializable") => "&options=-c%20default_transaction_isolation%3Dserializable",
        Ok(other) => panic!("{ENGINE}={other}"),
        Err(_) => return None,
    };
    let template = template.map(|of| std::fs::read_to_string(of.join(FILE)).unwrap());
    let cluster = cluster().expect("whoever asks for PostgreSQL has one");
    let url = cluster.database(template.as_deref()) + set;
    std::fs::write(folder.join(FILE), url).unwrap();
    of(folder)
}

/// The database that the world of a folder belongs to. None if it is a file in the folder.
pub(crate) fn of(folder: &Path) -> Option<Location> {
    Some(std::fs::read_to_string(folder.join(FILE)).ok()?.parse().unwrap())
}

//! How large a SQLite database is, its log included, without opening it: the log's last commit says
//! how many pages there are then.

use std::fs;
use std::path::Path;

/// The header of the log, and of each page in it, in bytes.
const LOG_HEAD: usize = 32;
const FRAME_HEAD: usize = 24;

/// In bytes; `None` if there is no such file.
pub(super) fn bytes(database: &Path) -> Option<u64> {
    let file = fs::metadata(database).ok()?.len();
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    let log = fs::read(log).unwrap_or_default();
    Some(logged(&log).unwrap_or(file))
}

/// The size that the last commit of a log says.
fn logged(log: &[u8]) -> Option<u64> {
    let word = |at: usize| Some(u32::from_be_bytes(log.get(at..at + 4)?.try_into().ok()?));
    let page = u64::from(word(8)?);
    // Frames that an earlier log has left behind have other salts.
    let salts = log.get(16..24)?;
    let frame = FRAME_HEAD + usize::try_from(page).ok()?;
    let mut last = None;
    let mut at = LOG_HEAD;
    while log.get(at + 8..at + 16) == Some(salts) && log.len() >= at + frame {
        // Only the last frame of a commit has it.
        last = word(at + 4).filter(|pages| *pages > 0).or(last);
        at += frame;
    }
    last.map(|pages| u64::from(pages) * page)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(frames: &[(u32, u8)]) -> Vec<u8> {
        let mut log = vec![0; LOG_HEAD];
        log[8..12].copy_from_slice(&4096_u32.to_be_bytes());
        log[16..24].copy_from_slice(&[7; 8]);
        for (pages, salt) in frames {
            let mut head = vec![0; FRAME_HEAD];
            head[4..8].copy_from_slice(&pages.to_be_bytes());
            head[8..16].copy_from_slice(&[*salt; 8]);
            log.extend(head);
            log.extend([0; 4096]);
        }
        log
    }

    #[test]
    fn the_last_commit_counts() {
        assert_eq!(logged(&[]), None);
        assert_eq!(logged(&log(&[])), None);
        assert_eq!(logged(&log(&[(0, 7)])), None, "not committed");
        assert_eq!(logged(&log(&[(0, 7), (5, 7)])), Some(5 * 4096));
        assert_eq!(logged(&log(&[(5, 7), (0, 7), (9, 7), (0, 7)])), Some(9 * 4096));
        assert_eq!(logged(&log(&[(5, 7), (9, 6)])), Some(5 * 4096), "from an earlier log");
        let mut cut = log(&[(5, 7), (9, 7)]);
        cut.pop();
        assert_eq!(logged(&cut), Some(5 * 4096), "cut short");
    }
}

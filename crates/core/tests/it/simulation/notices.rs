//! Merchants who are told things, and receivers who mostly fail.

use redress_core::notice::{MakeUp, Outcome, Record, Resend, SetUrl, State};
use redress_core::{Job, refusal};

use super::{Simulation, refused};
use crate::model::EVERYONE;
use crate::scene::mchid;

const URL: &str = "https://shop.example/notify";

impl Simulation {
    /// A made-up notice, another address, or a notice once more.
    pub(super) fn tell(&mut self) {
        let number = self.random.pick(&EVERYONE);
        match self.random.below(4) {
            0 => {
                let url = (!self.random.one_in(3)).then(|| URL.parse().expect("a URL"));
                self.model.notices.tell_at(number, url.is_some());
                let set = SetUrl { mchid: mchid(number), url };
                refused(self.world.run(&set)).expect("a merchant");
            }
            1 => self.resend(),
            _ => {
                let url = self.random.one_in(2).then(|| URL.parse().expect("a URL"));
                let told = url.is_some() || self.model.notices.is_told(number);
                let make_up = MakeUp {
                    mchid: mchid(number),
                    url,
                    event_type: "TRANSACTION.SUCCESS".to_owned(),
                    original_type: "transaction".to_owned(),
                    summary: String::new(),
                    resource: serde_json::Map::new(),
                    probe: self.random.one_in(4),
                };
                let notice = refused(self.world.run(&make_up));
                assert_eq!(notice.is_ok(), told);
                if let Ok(notice) = notice {
                    self.model.notices.told(&notice.id, notice.create_time.unix());
                }
            }
        }
    }

    fn resend(&mut self) {
        let Some(id) = self.random.pick_from(&self.model.notices.ids()) else { return };
        let now = self.now();
        let again = self.model.notices.resend(&id, now);
        let resent = refused(self.world.run(&Resend { id: id.clone() }));
        match resent {
            Ok(notice) => assert!(again && notice.due.unix() == now),
            Err(refusal) => {
                assert!(!again);
                assert_eq!(refusal.code, refusal::control_conflict("").code);
            }
        }
    }

    /// One attempt; `lost` if the server dies before it has kept what came of it.
    pub(super) fn deliver(&mut self, number: u64, lost: bool) {
        let Job::Notify { id } = self.world.jobs[&number].1.clone() else {
            panic!("job {number} delivers nothing")
        };
        let answered = |status| Outcome::Answered { status };
        let outcome = self.random.pick(&[
            answered(200),
            answered(204),
            answered(500),
            answered(302),
            Outcome::TimedOut,
            Outcome::Deceived { status: 200 },
            Outcome::Unreachable { why: String::new() },
        ]);
        if lost {
            return;
        }
        let taken = [answered(200), answered(204)].contains(&outcome);
        let record = Record { id: id.clone(), outcome };
        let notice = refused(self.world.run(&record)).expect("a record");
        self.world.jobs.remove(&number);
        let next = self.model.notices.attempt(&id, notice.create_time.unix(), taken);
        let state = if taken { State::Delivered } else { State::GivenUp };
        assert_eq!(notice.state, if next.is_some() { State::Waiting } else { state });
        if let Some(next) = next {
            assert_eq!(notice.due.unix(), next);
        }
    }
}

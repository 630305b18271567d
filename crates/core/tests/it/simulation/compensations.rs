//! Pre-transfers and those who follow their packages, compensations of sub-merchants, balances.

use redress_api::compensation::merchant::{self, BillState as MerchantState, Receiver};
use redress_api::compensation::{Create, PreTransfer};
use redress_api::fund::{AccountType, Balance, SubAccountType, SubBalance};
use redress_api::{Fen, Mchid};
use redress_core::compensation::{Answer, Bill, PackageAnswers};
use redress_core::merchant::{AccountKind, TopUp};
use redress_core::{chart, refusal};

use super::{Simulation, refused};
use crate::model::{EVERYONE, Laid, Operation, PLATFORMS, STALLS, SUB_MERCHANTS};
use crate::scene::mchid;

const URL: &str = "https://platform.example/compensated";

/// What the simulation remembers of them.
#[derive(Default)]
pub(super) struct Family {
    /// Bills and the packages that lead to them.
    packages: Vec<((String, String), String)>,
    laid: Vec<(String, PreTransfer)>,
    made: Vec<(String, merchant::Create)>,
}

impl Simulation {
    pub(super) fn family(&mut self) {
        match self.random.below(17) {
            0..6 => self.pre_transfer(),
            6..9 => self.follow(),
            9..12 => self.compensate_merchant(),
            12 => self.query_merchant(),
            13 => self.fund(),
            14 => self.balance(),
            15 => self.sub_balance(),
            _ => self.create(),
        }
    }

    fn pre_transfer(&mut self) {
        let (caller, request) = match self.random.pick_from(&self.family.laid) {
            Some((caller, mut request)) if self.random.one_in(4) => {
                if self.random.one_in(4) {
                    request.notify_url = None;
                }
                (caller, request)
            }
            _ => {
                let (caller, create) = self.request();
                let url = self.random.one_in(2).then(|| URL.parse().expect("an address"));
                (caller, laid(create, url))
            }
        };
        let url = request.notify_url.as_ref().map(ToString::to_string);
        let expected = self.model.pre_transfer(
            &caller,
            &created(&request),
            Laid { url, at: self.world.now().unix() },
        );
        let answered = self.call(&caller, &request);
        match (answered, expected) {
            (Ok(answer), Ok(is_new)) => {
                assert_eq!(!self.world.wrote.is_empty(), is_new);
                let key = (caller.clone(), request.out_bill_no.to_string());
                let package = (key.clone(), answer.package_info);
                if is_new {
                    self.numbers.insert(key.clone(), answer.bill_id);
                    self.bills.push(key);
                    self.family.packages.push(package);
                    self.family.laid.push((caller, request));
                } else {
                    assert_eq!(self.numbers[&key], answer.bill_id);
                    assert!(self.family.packages.contains(&package), "a package is kept");
                }
            }
            (answered, expected) => assert_eq!(answered.err(), expected.err()),
        }
    }

    /// A payer comes by a package, mostly one of the last.
    fn follow(&mut self) {
        let back = self.random.below(8) as usize;
        let Some((key, package)) = self.family.packages.iter().rev().nth(back).cloned() else {
            let nowhere =
                PackageAnswers { package_info: "nowhere".to_owned(), answer: Answer::Confirm };
            assert_eq!(self.conflict(&nowhere).code.status, 404);
            return;
        };
        let answer = if self.random.one_in(4) { Answer::Refuse } else { Answer::Confirm };
        let bill: Bill = self.world.get(&format!("{}/{}", key.0, key.1)).expect("a bill");
        let late = self.now() >= bill.deadline().unix();
        let command = PackageAnswers { package_info: package, answer };
        match (!late).then(|| self.model.answer(&key, answer)).flatten() {
            Some(state) => {
                let bill = refused(self.world.run(&command)).expect("the payer is asked");
                assert_eq!(bill.state, state);
            }
            None => assert_eq!(self.conflict(&command).code.status, 409),
        }
    }

    fn compensate_merchant(&mut self) {
        let (caller, request) = match self.random.pick_from(&self.family.made) {
            Some((caller, mut request)) if self.random.one_in(3) => {
                match self.random.below(5) {
                    0 => request.amount = Fen::new(request.amount.get() / 2 + 1),
                    1 => request.sponsor_mchid = Some(mchid(&caller)),
                    2 => request.sponsor_mchid = None,
                    _ => {}
                }
                (caller, request)
            }
            _ => self.compensation(),
        };
        let expected = self.model.compensate_merchant(&caller, &request);
        let answered = self.call(&caller, &request);
        if answered.is_ok() {
            self.family.made.push((caller, request));
        }
        assert_eq!(answered.map(|bill| bill.state.known().expect("a state")), expected);
    }

    fn compensation(&mut self) -> (String, merchant::Create) {
        // Mostly the platform that has a sub-merchant, and that one.
        let caller = if self.random.one_in(4) { self.caller(&PLATFORMS) } else { "12" };
        let receiver = if self.random.one_in(6) { self.random.pick(&EVERYONE) } else { "52" };
        let sponsor = match self.random.below(6) {
            0 => Some(self.random.pick(&EVERYONE)),
            1 | 2 => Some("22"),
            _ => None,
        };
        let amount = self.random.pick(&[1, 99, 5_000, 20_000, i64::MAX]);
        let request = merchant::Create {
            receiver: Receiver::merchant(mchid(receiver)),
            out_bill_no: self.number().parse().expect("a bill's number"),
            amount: Fen::new(amount),
            transfer_remark: "赔付金发放".parse().expect("a remark"),
            sponsor_mchid: sponsor.map(mchid),
        };
        (caller.to_owned(), request)
    }

    fn query_merchant(&mut self) {
        let (caller, out_bill_no) = match self.random.pick_from(&self.family.made) {
            Some((caller, made)) if !self.random.one_in(5) => (caller, made.out_bill_no),
            _ => {
                let number = self.number().parse().expect("a bill's number");
                (self.caller(&PLATFORMS).to_owned(), number)
            }
        };
        let named = self.random.one_in(3).then(|| mchid(self.random.pick(&["11", "12", "22"])));
        let query = merchant::Query { out_bill_no, sponsor_mchid: named };
        let expected = self.model.query_merchant(&caller, &query);
        let answered = self.call(&caller, &query);
        assert!(self.world.wrote.is_empty());
        if let Ok(bill) = &answered {
            assert_eq!(bill.success_time.is_some(), bill.state == MerchantState::Success);
            assert_eq!(bill.close_info.is_some(), bill.state == MerchantState::Closed);
        }
        assert_eq!(answered.map(|bill| bill.state.known().expect("a state")), expected);
    }

    fn fund(&mut self) {
        let number = self.random.pick(&["11", "12", "12", "22"]);
        let fen = self.random.pick(&[1, 10_000, 100_000]);
        self.model.fund(number, fen);
        let account = AccountKind::Operation;
        let top_up = TopUp { mchid: mchid(number), amount: Fen::new(fen), account };
        refused(self.world.run(&top_up)).expect("a top-up");
    }

    fn balance(&mut self) {
        let caller = self.caller(&PLATFORMS);
        let account_type = self.random.pick(AccountType::ALL);
        let answered = self.call(caller, &Balance { account_type: account_type.into() });
        assert!(self.world.wrote.is_empty());
        let expected = if PLATFORMS.contains(&caller) {
            match account_type {
                AccountType::Basic => Ok(self.model.balance(caller, true)),
                AccountType::Operation => Ok(self.model.balance(caller, false)),
                AccountType::Fees => Err(refusal::ACCOUNT_NOT_OPEN.plain()),
            }
        } else {
            Err(refusal::NOT_SUPPORTED.plain())
        };
        let answered = answered.map(|funds| (funds.available_amount, funds.pending_amount));
        assert_eq!(answered.map(numbers), expected);
    }

    fn sub_balance(&mut self) {
        let (caller, of) = (self.random.pick(&PLATFORMS), self.random.pick(&STALLS));
        let kind = self.random.pick(SubAccountType::ALL);
        let request = SubBalance { sub_mchid: mchid(of), account_type: Some(kind.into()) };
        let answered = self.call(caller, &request);
        let expected = if SUB_MERCHANTS.contains(&(caller, of)) {
            match kind {
                SubAccountType::Basic => Ok(self.model.balance(of, true)),
                SubAccountType::Operation => Ok(self.model.balance(of, false)),
                SubAccountType::Fees | SubAccountType::Deposit => {
                    Err(refusal::ACCOUNT_NOT_OPEN.plain())
                }
            }
        } else {
            Err(refusal::BALANCE_OF_STRANGER.plain())
        };
        let answered = answered.map(|funds| (funds.available_amount, funds.pending_amount));
        assert_eq!(answered.map(numbers), expected);
    }

    /// Every operation account is the model's.
    pub(super) fn compare_operations(&self) {
        for number in EVERYONE {
            let id = chart::operation(&mchid(number));
            let found = self.world.accounts.get(&id).map_or_else(Operation::default, |account| {
                let available = account.available().expect("no overflow").get();
                Operation { available, held: account.debits.pending.get() }
            });
            let expected = self.model.family.operations.get(number).copied().unwrap_or_default();
            assert_eq!(found, expected, "operation account of {number}");
        }
    }

    /// At the end nothing is open, and whoever was to be told was.
    pub(super) fn finish_family(&self) {
        let open = self.model.family.operations.values().filter(|account| account.held != 0);
        assert_eq!(open.count(), 0);
        let bills = &self.model.family.merchant_bills;
        assert!(bills.values().all(|(_, state)| *state != MerchantState::Accepted));
        let told = self.world.rows.iter().filter(|(name, (_, _, body))| {
            name.starts_with("notice ") && body.contains(r#""original_type":"compensate_bill""#)
        });
        assert_eq!(told.count(), self.model.family.told, "ends that were told");
    }

    /// A life in which nothing happens proves nothing.
    pub(super) fn lived(&self) {
        let bills = &self.model.family.merchant_bills;
        for state in [MerchantState::Success, MerchantState::Closed] {
            let count = bills.values().filter(|(_, found)| *found == state).count();
            assert!(count > 2, "{count} compensations of sub-merchants are {state}");
        }
        let laid = self.family.laid.len();
        assert!(laid > 20, "{laid} pre-transfers");
        let told = self.model.family.told;
        assert!(told > 10, "{told} ends are told");
    }
}

fn numbers((available, pending): (Fen, Option<Fen>)) -> (i64, i64) {
    (available.get(), pending.expect("always shown").get())
}

fn laid(create: Create, notify_url: Option<redress_api::NotifyUrl>) -> PreTransfer {
    PreTransfer {
        sp_appid: None,
        receiver: create.receiver,
        out_bill_no: create.out_bill_no,
        amount: create.amount,
        transfer_remark: create.transfer_remark,
        sponsor_mchid: create.sponsor_mchid,
        transfer_scene_id: create.transfer_scene_id,
        user_recv_perception: create.user_recv_perception,
        notify_url,
    }
}

fn created(pre: &PreTransfer) -> Create {
    let sponsor_mchid: Mchid = pre.sponsor_mchid.clone();
    Create {
        receiver: pre.receiver.clone(),
        out_bill_no: pre.out_bill_no.clone(),
        amount: pre.amount,
        transfer_remark: pre.transfer_remark.clone(),
        sponsor_mchid,
        transfer_scene_id: pre.transfer_scene_id.clone(),
        user_recv_perception: pre.user_recv_perception.clone(),
    }
}

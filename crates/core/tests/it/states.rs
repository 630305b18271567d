//! The two state machines, each pair of state and event against a literal table.

use redress_api::compensation::BillState;
use redress_core::compensation::{Event as BillEvent, next};
use redress_core::order::{self, Event, TradeState};

#[test]
fn bills() {
    use BillState::{Accepted, Canceling, Cancelled, Closed, Success, WaitUserConfirm};
    // Ask, Pay, Close, Cancel, FinishCancel
    let table = [
        (Accepted, [Some(WaitUserConfirm), Some(Success), Some(Closed), Some(Canceling), None]),
        (Success, [None; 5]),
        (Closed, [None; 5]),
        (WaitUserConfirm, [None, Some(Success), Some(Closed), Some(Canceling), None]),
        (Canceling, [None, None, None, None, Some(Cancelled)]),
        (Cancelled, [None; 5]),
    ];
    let states: Vec<_> = table.iter().map(|(state, _)| *state).collect();
    assert_eq!(states, BillState::ALL);
    let events = BillEvent::ALL;
    assert!(matches!(
        events,
        [
            BillEvent::Ask,
            BillEvent::Pay,
            BillEvent::Close,
            BillEvent::Cancel,
            BillEvent::FinishCancel
        ]
    ));
    for (state, row) in table {
        for (event, expected) in events.into_iter().zip(row) {
            assert_eq!(next(state, event), expected, "{state:?} {event:?}");
        }
    }
}

#[test]
fn orders() {
    use TradeState::{Closed, NotPay, PayError, Refund, Revoked, Success, UserPaying};
    // Pay, Fail, Refund, Reverse, Close
    let table = [
        (Success, [None, None, Some(Refund), Some(Revoked), None]),
        (Refund, [None, None, Some(Refund), None, None]),
        (NotPay, [Some(Success), None, None, Some(Revoked), Some(Closed)]),
        (Closed, [None; 5]),
        (Revoked, [None; 5]),
        (UserPaying, [Some(Success), Some(PayError), None, Some(Revoked), None]),
        (PayError, [None, None, None, Some(Revoked), None]),
    ];
    assert_eq!(table.map(|(state, _)| state), TradeState::ALL);
    let events = Event::ALL;
    assert_eq!(events, [Event::Pay, Event::Fail, Event::Refund, Event::Reverse, Event::Close]);
    for (state, row) in table {
        for (event, expected) in events.into_iter().zip(row) {
            assert_eq!(order::next(state, event), expected, "{state:?} {event:?}");
        }
    }
}

#[test]
fn refunds() {
    use redress_core::refund::{Event, Status, next};
    // Settle, Fail, Retry, Close
    let table = [
        (Status::Success, [None; 4]),
        (Status::Closed, [None; 4]),
        (Status::Processing, [Some(Status::Success), Some(Status::Abnormal), None, None]),
        (Status::Abnormal, [None, None, Some(Status::Processing), Some(Status::Closed)]),
    ];
    assert_eq!(table.map(|(status, _)| status), Status::ALL);
    assert_eq!(Event::ALL, [Event::Settle, Event::Fail, Event::Retry, Event::Close]);
    for (status, row) in table {
        for (event, expected) in Event::ALL.into_iter().zip(row) {
            assert_eq!(next(status, event), expected, "{status} {event:?}");
        }
    }
}

//! Profit sharing.

use super::{Assumption, assume};

pub(super) const ASSUMPTIONS: &[Assumption] = &[
    assume(
        "sharing-errors",
        "A share or finish of an order that cannot be shared",
        "400 INVALID_REQUEST each: order or relation unknown, not for sharing, reversed, finished, paid less than 60 seconds ago, receiver not on the list or twice in it, appid another's, and fully refunded for a share alone; 403 RULE_LIMIT for the 51st share",
        "Words are the official guide's where it has some; the pages publish NO_AUTH, RULE_LIMIT and NOT_ENOUGH besides",
    ),
    assume(
        "sharing-subsidy",
        "A share or finish while a subsidy is announced, neither paid nor cancelled",
        "400 INVALID_REQUEST until it is one of them; 180 days after the payment the money is free all the same",
        "The pages say that a subsidy comes before sharing, not what sharing does before it",
    ),
    assume(
        "sharing-ratio",
        "What the 30 % of the greatest ratio are of",
        "The order's amount and what it has of a subsidy, whatever was refunded; what came back counts no more, nor does what the seller shares with itself; not settable",
        "The pages name the default and neither its base nor what a return does to it",
    ),
    assume(
        "sharing-again",
        "The same out_order_no or out_return_no once more",
        "Same content: its present state. Other content, or a finish under a share's number: 400 INVALID_REQUEST. Names and appid are not content",
        "The pages say that a repetition counts once; the words are the transfer family's",
    ),
    assume(
        "sharing-result",
        "Receivers' results",
        "PENDING, then SUCCESS; never CLOSED. What makes a receiver fail is refused when the share is asked for",
        "The pages name reasons to fail and not when the service finds them",
    ),
    assume(
        "sharing-finish",
        "When a finish sets the rest free",
        "At once when it is taken on, also with other shares on their way: theirs is held apart. A return that comes back to a finished order goes on to the seller",
        "The pages call it asynchronous and name no moment",
    ),
    assume(
        "sharing-finish-again",
        "A finish of an order that is finished, or has nothing left",
        "403 NOT_ENOUGH",
        "The page describes the code so; the guide has other words for a share of such an order",
    ),
    assume(
        "sharing-times",
        "finish_time of what is not done",
        "Left out",
        "The pages call it required and show no answer with PENDING or PROCESSING",
    ),
    assume(
        "sharing-return",
        "What can be taken back",
        "What a merchant other than the seller got of a share that is done, up to 180 days after it and 20 times; a short receiver: 403 NOT_ENOUGH; anything else: 400 INVALID_REQUEST. It never fails later",
        "The limits are the page's older edition's; no words are published",
    ),
    assume(
        "sharing-return-order",
        "A return without transaction_id of an order that was paid more than 180 days ago",
        "400 INVALID_REQUEST",
        "The page demands it after six months and publishes no message",
    ),
    assume(
        "sharing-receivers",
        "Adding a receiver twice, deleting one that is not there, and what is checked",
        "The same answer each time, the last relation_type stays. A merchant must exist, else 400 INVALID_REQUEST; names are not compared; no limit of 20000",
        "The pages say nothing of repetitions",
    ),
    assume(
        "sharing-notice",
        "Who is told of shares and returns",
        "The platform, at its console's address, once for each receiver and each return",
        "The page's older edition tells receivers only; the guide of e-commerce platforms tells the platform",
    ),
];

//! `redress bench`: how fast a server is, measured against what its processors can sign.

mod compare;
mod load;
mod machine;
mod pace;
mod page;
mod receiver;
mod report;
mod room;
mod rsa;
mod server;
mod shot;
mod side;
mod sum;
mod wire;
mod world;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::task::block_in_place;

use self::load::Pace;
use self::receiver::Receiver;
use self::report::Report;
use self::rsa::Speed;
use self::server::{SQLITE, Served};
use self::side::{Load, Place, Side, Way};
use self::world::World;
use crate::args::{Bench, BenchRun, Cpus, Rate};
use crate::serve::stopped;
use crate::{Usage, doctor, print};

/// The longest window, in seconds: what is sent in it was signed just before, and a signature is
/// good for five minutes.
const WINDOW_SECONDS_MAX: f64 = 30.0;
/// How many windows each side has at least, where several are measured in turns.
const TURNS_MIN: f64 = 5.0;
/// How many orders are compensated, where their number does not matter.
const ORDERS: usize = 256;
/// How long R is measured, before and after.
const R_SECONDS: f64 = 1.0;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scenario {
    One(Load),
    Hot,
    Growth,
}

pub(crate) async fn run(command: Bench) -> anyhow::Result<ExitCode> {
    let (name, scenario, args) = match command {
        Bench::Create(args) => ("create", Scenario::One(Load::Create), args),
        Bench::Query(args) => ("query", Scenario::One(Load::Query), args),
        Bench::Mixed(args) => ("mixed", Scenario::One(Load::Mixed), args),
        Bench::Reverse(args) => ("reverse", Scenario::One(Load::Reverse), args),
        Bench::Hot(args) => ("hot", Scenario::Hot, args),
        Bench::Growth(args) => ("growth", Scenario::Growth, args),
        Bench::Callbacks(args) => ("callbacks", Scenario::One(Load::Callbacks), args),
        Bench::Compare(args) => return compare::run(&args),
    };
    // Ended here, so that no server and no folder stays behind.
    let stop = stopped()?;
    let report = tokio::select! {
        report = measure(name, scenario, &args) => report?,
        () = stop => bail!("stopped"),
    };
    if let Some(file) = &args.html {
        let written = std::fs::write(file, page::of(&report));
        written.with_context(|| format!("writing {}", file.display()))?;
    }
    if args.output.json {
        report.alarm().iter().for_each(|text| print::warning(text));
        print::json(&report)?;
    } else {
        report.print();
    }
    Ok(if report.errors() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// R on the server's processors.
fn speed(args: &BenchRun, cores: usize) -> anyhow::Result<Speed> {
    let cpus = args.server_cpus.as_ref().map(|cpus| cpus.0.as_slice());
    let time = Duration::from_secs_f64(R_SECONDS.min(args.seconds));
    block_in_place(|| rsa::measure(cpus, cores, time))
}

async fn measure(name: &str, scenario: Scenario, args: &BenchRun) -> anyhow::Result<Report> {
    if let Scenario::Growth = scenario {
        growth_fits(args)?;
    }
    let cores = args.server_cpus.as_ref().map_or_else(machine::cores, |cpus| cpus.0.len());
    let before = speed(args, cores)?;
    let (mut places, mut sides) = sides(scenario, args, before.signs * cores as f64).await?;
    let receiver = match scenario {
        Scenario::One(Load::Callbacks) => Some(receiver(args)?),
        Scenario::One(_) | Scenario::Hot | Scenario::Growth => None,
    };
    let windows = windows(args.seconds, sides.len());
    let pace = match args.rate {
        None => Pace::Closed,
        Some(Rate::Number(rate)) => Pace::Open(rate),
        Some(Rate::Share(share)) => Pace::Open(share * before.signs * cores as f64),
    };
    let way = Way {
        connections: args.connections.into(),
        load_cpus: args.load_cpus.as_ref().map(|cpus| cpus.0.clone()),
        pace,
        time: Duration::from_secs_f64(args.seconds / f64::from(windows)),
    };
    let warm = Way {
        pace: Pace::Closed,
        time: Duration::from_secs_f64((args.seconds / 4.0).min(1.0)),
        ..way.clone()
    };
    for side in &mut sides {
        let place = &mut places[side.place];
        side.prepare(place, &warm).await?;
        place.begun_bytes = place.begun_bytes.or(place.served.stored_bytes());
        side.window(place, &warm, receiver.as_ref(), true).await?;
    }
    for _ in 0..windows {
        for side in &mut sides {
            side.window(&mut places[side.place], &way, receiver.as_ref(), false).await?;
        }
    }
    let after = speed(args, cores)?;
    room(&mut sides, places)?;
    let speed = before.mean(after);
    let cpus = |cpus: &Option<Cpus>| cpus.as_ref().map(|cpus| cpus.0.clone());
    let mut sides = report::sides(sides, speed, cores);
    let figures = match sides.last() {
        Some(last) => last.figures.clone(),
        None => bail!("nothing was measured"),
    };
    if sides.len() == 1 {
        sides.clear();
    }
    Ok(Report {
        scenario: name.to_owned(),
        // The rest of an address may hold a password.
        store: args.store[0].split(':').next().unwrap_or_default().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        at: doctor::now()?,
        machine: machine::model(),
        cores: machine::cores(),
        server_cpus: cpus(&args.server_cpus),
        load_cpus: cpus(&args.load_cpus),
        server_cores: cores,
        connections: args.connections.into(),
        rate: match pace {
            Pace::Open(rate) => Some(rate),
            Pace::Closed => None,
        },
        r_per_core: speed.signs,
        r_before: before.signs,
        r_after: after.signs,
        had: speed.had,
        s_us: 1e6 / speed.signs,
        verify_us: speed.verify_seconds * 1e6,
        figures,
        sides,
    })
}

/// That the servers of `growth` are started here, and share no database.
fn growth_fits(args: &BenchRun) -> anyhow::Result<()> {
    let shared = args.store.iter().any(|store| store != SQLITE);
    let why = if args.target.is_some() {
        "growth compares servers that it starts: leave --target out"
    } else if shared && args.store.len() < args.orders.len() {
        "growth starts a server for each of --orders: give a --store for each"
    } else {
        return Ok(());
    };
    Err(Usage(why.to_owned()).into())
}

/// In how many windows the time of a side is divided.
fn windows(seconds: f64, sides: usize) -> u32 {
    let least = if sides > 1 { TURNS_MIN } else { 1.0 };
    (seconds / WINDOW_SECONDS_MAX).ceil().max(least) as u32
}

/// The servers, with what they hold, and the loads that are measured in turns.
async fn sides(
    scenario: Scenario,
    args: &BenchRun,
    expected: f64,
) -> anyhow::Result<(Vec<Place>, Vec<Side>)> {
    let (mut places, mut sides) = (Vec::new(), Vec::new());
    match scenario {
        Scenario::One(load) => {
            let mut place = place(args, 0, load == Load::Reverse).await?;
            if !matches!(load, Load::Reverse | Load::Callbacks) {
                place.world.compensable(ORDERS).await?;
            }
            places.push(place);
            sides.push(Side::new(String::new(), load, 0, expected));
        }
        Scenario::Hot => {
            let mut place = place(args, 0, false).await?;
            place.world.compensable(ORDERS).await?;
            places.push(place);
            sides.push(Side::new("uniform", Load::Create, 0, expected));
            sides.push(Side::new("hot", Load::CreateHot, 0, expected));
        }
        Scenario::Growth => {
            for (number, orders) in args.orders.iter().enumerate() {
                let mut place = place(args, number, false).await?;
                let orders = *orders as usize;
                let before = place.served.stored_bytes();
                place.world.compensable(orders).await?;
                let after = place.served.stored_bytes();
                let mut side =
                    Side::new(format!("{orders} orders"), Load::Create, number, expected);
                let grown = before.zip(after).map(|(before, after)| after.saturating_sub(before));
                side.bytes_per_order = grown.map(|bytes| bytes as f64 / orders as f64);
                places.push(place);
                sides.push(side);
            }
        }
    }
    Ok((places, sides))
}

async fn place(args: &BenchRun, number: usize, is_direct: bool) -> anyhow::Result<Place> {
    let served = block_in_place(|| Served::open(args, number))?;
    let world = World::of(&served, args, is_direct).await?;
    Ok(Place { served, world, begun_bytes: None })
}

fn receiver(args: &BenchRun) -> anyhow::Result<Receiver> {
    Receiver::start(args.load_cpus.as_ref().map(|cpus| cpus.0.clone()))
}

/// Stops the servers. What they have grown by is shared by what was made.
fn room(sides: &mut [Side], places: Vec<Place>) -> anyhow::Result<()> {
    for (number, place) in places.into_iter().enumerate() {
        let begun = place.begun_bytes;
        let ended = block_in_place(|| place.served.stop())?;
        let mine = || sides.iter().filter(|side| side.place == number && side.load.creates());
        let made: usize = mine().map(|side| side.made).sum();
        let Some(grown) = begun.zip(ended).map(|(begun, ended)| ended.saturating_sub(begun)) else {
            continue;
        };
        for side in sides.iter_mut().filter(|side| side.place == number && side.load.creates()) {
            side.bytes_per_order.get_or_insert(grown as f64 / made as f64);
        }
    }
    Ok(())
}

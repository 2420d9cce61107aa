//! The attacks that Keydesk was tried with, each named as its attacker's wish, and each in vain.
//!
//! The registry is the real program in a process of its own, on loopback; so is the station, where one takes part. An attacker speaks
//! HTTP by hand: nothing of the client that a station has stands between. `KEYDESK_ATTACKED` names another build to try the same on; one
//! that holds no attack off must fail each of them. So each is written in the words that old builds understand as well, and nothing
//! counts as held off because it was not understood.

#[expect(dead_code, reason = "written for other tests too")]
#[path = "../it/registry/attackers.rs"]
mod attackers;
#[expect(dead_code, reason = "written for other tests too")]
#[path = "../it/registry/authenticator.rs"]
mod authenticator;
mod desk;
mod registry;

mod accounts;
mod journals;
mod records;
mod sockets;
mod stations;

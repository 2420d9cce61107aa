//! Who holds a connection, and who gives theirs up when there are too many.
//!
//! What it hides: the books. Invariants: there are never more places than `total`, nor more of one address than
//! `per_address`; whoever is being served keeps their place, and of one address only a few are at once; a newcomer gets one as long as somebody only waits, from their
//! own address where that is full, else from the address that holds most: so nobody is shut out by another address, and of
//! each address the one goes that has waited longest.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::sync::{Semaphore, oneshot};

/// Requests of one address that are served at once, the others wait for their turn: as many as the database does at once, so
/// that a proxy in front loses nothing, and few, so that whoever asks from elsewhere does not wait behind many.
const TURNS_OF_ONE: usize = 8;

/// All places.
#[derive(Debug)]
pub struct Places {
    total: usize,
    per_address: usize,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    /// Counts whoever begins to wait.
    turn: u64,
    held: usize,
    /// Who had to go for others, and who found no place, since it was last told.
    ended: u64,
    refused: u64,
    crowds: HashMap<IpAddr, Crowd>,
    /// The turns of those for whom a proxy asks.
    behind: HashMap<IpAddr, Weak<Semaphore>>,
}

/// So many are looked through before those are dropped that nobody holds.
const BEHIND: usize = 64;

/// What one address holds.
#[derive(Debug)]
struct Crowd {
    held: usize,
    turns: Arc<Semaphore>,
    /// Those that only wait, longest first, each with what ends its connection.
    waiting: BTreeMap<u64, oneshot::Sender<()>>,
}

/// One connection's place, which it leaves when it is dropped.
#[derive(Debug)]
pub struct Berth {
    places: Arc<Places>,
    address: IpAddr,
    turns: Arc<Semaphore>,
    state: State,
}

#[derive(Debug)]
enum State {
    Waiting(u64),
    Served(oneshot::Sender<()>),
    Gone,
}

impl Places {
    /// Places for that many connections, in all and of one address.
    pub fn new(total: usize, per_address: usize) -> Self {
        Self {
            total,
            per_address,
            book: Mutex::default(),
        }
    }

    /// A place for a newcomer, who waits, and what tells them that they must give it up. None where everybody who could
    /// make room is being served. A proxy of ours asks for many, and holds as many as there are.
    pub fn enter(
        self: &Arc<Self>,
        address: IpAddr,
        is_proxy: bool,
    ) -> Option<(Berth, oneshot::Receiver<()>)> {
        let address = origin(address);
        let most = if is_proxy {
            self.total
        } else {
            self.per_address
        };
        let mut book = self.book.lock();
        let own = book.crowds.get(&address).map_or(0, |crowd| crowd.held);
        let room = if own >= most {
            book.make_room(address)
        } else if book.held >= self.total {
            book.largest().and_then(|largest| book.make_room(largest))
        } else {
            Some(())
        };
        if room.is_none() {
            book.refused += 1;
            return None;
        }
        let (end, ended) = oneshot::channel();
        let turn = book.next_turn();
        let crowd = book.crowds.entry(address).or_insert_with(|| Crowd {
            held: 0,
            turns: Arc::new(Semaphore::new(TURNS_OF_ONE)),
            waiting: BTreeMap::new(),
        });
        crowd.held += 1;
        crowd.waiting.insert(turn, end);
        let place = Berth {
            places: Arc::clone(self),
            address,
            turns: Arc::clone(&crowd.turns),
            state: State::Waiting(turn),
        };
        book.held += 1;
        Some((place, ended))
    }

    /// The turns of somebody for whom a proxy asks: as many as of an address that asks by itself.
    pub fn turns_behind(&self, client: IpAddr) -> Arc<Semaphore> {
        let client = origin(client);
        let mut book = self.book.lock();
        if let Some(turns) = book.behind.get(&client).and_then(Weak::upgrade) {
            return turns;
        }
        if book.behind.len() >= BEHIND {
            book.behind.retain(|_, turns| turns.strong_count() > 0);
        }
        let turns = Arc::new(Semaphore::new(TURNS_OF_ONE));
        book.behind.insert(client, Arc::downgrade(&turns));
        turns
    }

    /// Logs how many had to go or were refused since it last did; false when nobody was.
    pub fn tell(&self) -> bool {
        let (ended, refused, held) = {
            let mut book = self.book.lock();
            let ended = std::mem::take(&mut book.ended);
            (ended, std::mem::take(&mut book.refused), book.held)
        };
        let crowded = ended + refused > 0;
        if crowded {
            tracing::warn!(ended, refused, held, "too many connections");
        }
        crowded
    }
}

impl Book {
    fn next_turn(&mut self) -> u64 {
        self.turn += 1;
        self.turn
    }

    /// Of the addresses at which somebody waits, the one that holds most; among equals, where they wait longest.
    fn largest(&self) -> Option<IpAddr> {
        let waiting = self.crowds.iter().filter_map(|(address, crowd)| {
            let (longest, _) = crowd.waiting.first_key_value()?;
            Some(((crowd.held, Reverse(*longest)), *address))
        });
        waiting.max().map(|(_, address)| address)
    }

    /// Ends the connection of that address that has waited longest.
    fn make_room(&mut self, address: IpAddr) -> Option<()> {
        let (_, end) = self.crowds.get_mut(&address)?.waiting.pop_first()?;
        // One that has just ended by itself made room too.
        let _ = end.send(());
        self.ended += 1;
        self.leave(address);
        Some(())
    }

    fn leave(&mut self, address: IpAddr) {
        self.held = self.held.saturating_sub(1);
        if let Some(crowd) = self.crowds.get_mut(&address) {
            crowd.held = crowd.held.saturating_sub(1);
            if crowd.held == 0 {
                self.crowds.remove(&address);
            }
        }
    }
}

impl Berth {
    /// The turns of its address.
    pub fn turns(&self) -> Arc<Semaphore> {
        Arc::clone(&self.turns)
    }

    /// From now on its holder is served and keeps it. False when it had to be given up already.
    pub fn serve(&mut self) -> bool {
        if let State::Waiting(turn) = self.state {
            self.state = match self.take(turn) {
                Some(end) => State::Served(end),
                None => State::Gone,
            };
        }
        matches!(self.state, State::Served(_))
    }

    /// From now on its holder waits, as the last to have come.
    pub fn wait(&mut self) {
        let end = match std::mem::replace(&mut self.state, State::Gone) {
            State::Served(end) => Some(end),
            State::Waiting(turn) => self.take(turn),
            State::Gone => None,
        };
        let Some(end) = end else { return };
        let mut book = self.places.book.lock();
        let turn = book.next_turn();
        if let Some(crowd) = book.crowds.get_mut(&self.address) {
            crowd.waiting.insert(turn, end);
            self.state = State::Waiting(turn);
        }
    }

    /// Takes it from among those that wait; none when it is gone.
    fn take(&self, turn: u64) -> Option<oneshot::Sender<()>> {
        let mut book = self.places.book.lock();
        book.crowds.get_mut(&self.address)?.waiting.remove(&turn)
    }
}

impl Drop for Berth {
    fn drop(&mut self) {
        let held = match self.state {
            State::Waiting(turn) => self.take(turn).is_some(),
            State::Served(_) => true,
            State::Gone => false,
        };
        if held {
            self.places.book.lock().leave(self.address);
        }
    }
}

/// What counts as one address: in IPv6 the network of 64 bits, of which every host has all the addresses that it wants.
fn origin(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(network))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Held = (Berth, oneshot::Receiver<()>);

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn enter(places: &Arc<Places>, address: &str) -> Held {
        places.enter(ip(address), false).expect("a place")
    }

    fn must_go(held: &mut Held) -> bool {
        held.1.try_recv().is_ok()
    }

    fn counted(places: &Places) -> (usize, usize, usize) {
        let book = places.book.lock();
        let held = book.crowds.values().map(|crowd| crowd.held).sum();
        let waiting = book.crowds.values().map(|crowd| crowd.waiting.len()).sum();
        (book.held, held, waiting)
    }

    #[test]
    fn at_its_cap_an_address_gives_up_its_own_longest_wait() {
        let places = Arc::new(Places::new(10, 2));
        let mut first = enter(&places, "192.0.2.1");
        let mut second = enter(&places, "192.0.2.1");
        let mut other = enter(&places, "192.0.2.2");
        first.0.wait();
        let _third = enter(&places, "192.0.2.1");
        assert!(must_go(&mut second), "the first had begun to wait anew");
        assert!(!must_go(&mut first) && !must_go(&mut other));
        assert!(!second.0.serve(), "what was given up is not served");
        drop(second);
        assert_eq!(counted(&places), (3, 3, 3));
    }

    #[test]
    fn when_all_are_taken_the_address_that_holds_most_makes_room() {
        let places = Arc::new(Places::new(4, 3));
        let mut crowd: Vec<Held> = (0..3).map(|_| enter(&places, "192.0.2.9")).collect();
        let mut lonely = enter(&places, "192.0.2.1");
        let newcomer = enter(&places, "192.0.2.2");
        assert!(crowd.first_mut().is_some_and(must_go));
        assert!(!must_go(&mut lonely));
        assert_eq!(counted(&places), (4, 4, 4));
        drop((crowd, newcomer, lonely));
        assert_eq!(counted(&places), (0, 0, 0));
        assert!(
            places.book.lock().crowds.is_empty(),
            "nothing is left behind"
        );
    }

    #[test]
    fn among_addresses_that_hold_as_much_the_longest_wait_goes() {
        let places = Arc::new(Places::new(3, 3));
        let mut held: Vec<Held> = ["192.0.2.5", "192.0.2.1", "192.0.2.9"]
            .map(|address| enter(&places, address))
            .into();
        let _newcomer = enter(&places, "192.0.2.3");
        let gone: Vec<bool> = held.iter_mut().map(must_go).collect();
        assert_eq!(gone, [true, false, false]);
    }

    #[test]
    fn whoever_is_served_keeps_the_place_and_newcomers_are_refused() {
        let places = Arc::new(Places::new(2, 2));
        let mut first = enter(&places, "192.0.2.1");
        let mut second = enter(&places, "192.0.2.1");
        assert!(first.0.serve() && second.0.serve());
        assert!(places.enter(ip("192.0.2.1"), false).is_none());
        assert!(places.enter(ip("192.0.2.2"), false).is_none());
        second.0.wait();
        let _newcomer = enter(&places, "192.0.2.2");
        assert!(must_go(&mut second) && !must_go(&mut first));
    }

    #[test]
    fn a_proxy_holds_more_than_one_client_and_each_behind_it_has_turns_of_their_own() {
        let places = Arc::new(Places::new(4, 1));
        let held: Vec<_> = (0..4)
            .map(|_| places.enter(ip("127.0.0.1"), true).expect("a place"))
            .collect();
        assert_eq!(counted(&places), (4, 4, 4));
        drop(held);
        let one = places.turns_behind(ip("203.0.113.1"));
        assert!(Arc::ptr_eq(&one, &places.turns_behind(ip("203.0.113.1"))));
        assert!(!Arc::ptr_eq(&one, &places.turns_behind(ip("203.0.113.2"))));
        for host in 0..=255 {
            places.turns_behind(IpAddr::from([198, 51, 100, host]));
        }
        assert!(places.book.lock().behind.len() <= BEHIND);
        assert!(Arc::ptr_eq(&one, &places.turns_behind(ip("203.0.113.1"))));
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address_and_so_does_a_mapped_one() {
        assert_eq!(origin(ip("2001:db8:1:2:3::9")), ip("2001:db8:1:2::"));
        assert_eq!(origin(ip("2001:db8:1:2::1")), ip("2001:db8:1:2::"));
        assert_ne!(origin(ip("2001:db8:1:3::1")), ip("2001:db8:1:2::"));
        assert_eq!(origin(ip("::ffff:192.0.2.1")), ip("192.0.2.1"));
    }
}

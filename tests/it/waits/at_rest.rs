//! What must be so once everything has come to rest.

use std::collections::HashSet;

use keydesk::bay::Cancel;
use keydesk::bay::soft::SoftKey;
use keydesk::domain::UsbPath;
use keydesk::program::demo::world::{ScriptedFace, World};
use keydesk::record::{OutboxBody, Remains, Unfinished};
use keydesk::store::audit;
use keydesk::workflow::dialogue::Ending;
use keydesk::workflow::{self, How, Order, Stop};

use super::scene::{CAST, Scene, THEIRS, ids, patiently};
use crate::leftovers::endings;
use crate::scenarios::{PIN, SLOT, answering, person};

impl Scene {
    /// Ends what is unfinished, with its key and then without, and tells the registry what it was not told.
    pub async fn settle(&self, said: &str) {
        for how in [How::WithKey, How::WithoutKey] {
            let open = self.first.station.store().unfinished().expect("read");
            if open.is_empty() || self.first.station.operator().is_none() {
                break;
            }
            self.put(&self.ours);
            answering(&self.first).await;
            for work in open {
                self.resolve(work, how, said).await;
            }
        }
        for world in [&self.first, &self.second] {
            // What can't be sent stays in the outbox, and is counted below.
            let _ = world.station.push_outbox().await;
        }
        if self.first.station.operator().is_some() {
            let open = self.first.station.store().unfinished().expect("read");
            assert!(open.is_empty(), "{said}\nit can't be ended: {open:?}");
        }
    }

    async fn resolve(&self, work: Unfinished, how: How, said: &str) {
        let cancel = Cancel::default();
        let face = ScriptedFace::new(SLOT, PIN).telling(crate::resets::order().case);
        let face = face.hearing(self.coached());
        let mut desk = self.desk(face, &cancel);
        let order = Order::Resolve {
            intent: work.id(),
            how,
        };
        // How it ended is seen in what is unfinished afterwards.
        let _ = patiently(&cancel, said, workflow::run(&mut desk, order)).await;
    }

    /// What the registry lists as somebody's, and what it lists as gone.
    pub async fn listed(&self, n: usize) -> (HashSet<Vec<u8>>, HashSet<Vec<u8>>) {
        let page = self
            .second
            .station
            .person(&person(self.number(n)))
            .await
            .expect("a page");
        let (live, gone): (Vec<_>, Vec<_>) = page
            .credentials
            .into_iter()
            .partition(|c| c.gone_at.is_none());
        let ids = |all: Vec<keydesk::wire::Credential>| all.into_iter().map(|c| c.id.0).collect();
        (ids(live), ids(gone))
    }

    /// Credentials of which a station still says that they have to be seen to.
    fn open(&self) -> HashSet<Vec<u8>> {
        let mut open = HashSet::new();
        for world in [&self.first, &self.second] {
            let store = world.station.store();
            for work in store.unfinished().expect("read") {
                match work {
                    Unfinished::Enrolment(at) => {
                        open.extend(at.made.map(|made| made.registration.raw_id.0))
                    }
                    Unfinished::Withdrawal(at) => open.extend([at.credential.0]),
                    Unfinished::Deletion(at) => open.extend([at.credential.id.0]),
                    _ => {}
                }
            }
            for entry in store.outbox().expect("read") {
                if let OutboxBody::Enrolment { push } = entry.body {
                    open.extend([push.registration.raw_id.0]);
                }
            }
        }
        open
    }

    /// Of how many runs since this scene began the stations say that.
    fn left_since(&self, before: usize, is_so: fn(Remains) -> bool) -> usize {
        let open = |world: &World| world.station.store().unfinished().expect("read").len();
        let of = |world: &World| count(world, is_so) + open(world);
        of(&self.first) + of(&self.second) - before
    }

    /// Keys, registry and stations say the same.
    pub async fn agrees(&self, ended: &Result<Ending, Stop>, said: &str) {
        let keys = self.keys.lock().clone();
        let on_keys: Vec<Vec<u8>> = keys.iter().flat_map(ids).collect();
        let held: HashSet<Vec<u8>> = on_keys.iter().cloned().collect();
        assert_eq!(
            on_keys.len(),
            held.len(),
            "{said}\none credential is on two keys"
        );
        let (open, lost) = (self.open(), self.lost.lock().clone());
        let (mut everybodys, mut unheld) = (HashSet::new(), 0);
        for n in 1..=CAST {
            let (live, gone) = self.listed(n).await;
            for id in &live {
                let is_there = held.contains(id) || lost.contains(id) || open.contains(id);
                unheld += usize::from(!is_there);
                assert!(everybodys.insert(id.clone()), "{said}\nit is two people's");
            }
            everybodys.extend(gone);
        }
        let taken = self.left_since(self.taken_before, taken);
        assert!(
            unheld <= taken,
            "{said}\npeople are listed with {unheld} credentials that are on no key, and {taken} are owned up to"
        );
        let mut unlisted = 0;
        for (nth, key) in keys.iter().enumerate() {
            let held = key.credentials().into_iter();
            let people: HashSet<_> = held.map(|held| held.user_id).collect();
            assert!(people.len() <= 1, "{said}\nkey {nth} is two people's");
            let known = |id: &Vec<u8>| everybodys.contains(id) || open.contains(id);
            unlisted += ids(key).iter().filter(|id| !known(id)).count();
        }
        let owned_up = self.left_since(self.left_before, left);
        assert!(
            unlisted <= owned_up,
            "{said}\nkeys hold {unlisted} credentials that nobody lists, and {owned_up} are owned up to"
        );
        self.theirs_is_as_it_was(ended, said).await;
        for world in [&self.first, &self.second] {
            audit::verify(&world.data()).expect("a whole chain");
        }
    }

    /// Somebody else's key is as it was, unless it was in the slot from the start, and everybody was told whose it is.
    async fn theirs_is_as_it_was(&self, ended: &Result<Ending, Stop>, said: &str) {
        let owner = person(self.number(THEIRS));
        if let Ok(Ending::Reset { losses, .. }) = ended
            && losses.people().iter().any(|person| person.id == owner)
        {
            return;
        }
        let (live, _) = self.listed(THEIRS).await;
        let theirs: HashSet<_> = ids(&self.theirs).into_iter().collect();
        assert_eq!(live, theirs, "{said}\nsomebody else's key was touched");
        assert_eq!(
            self.retries(&self.theirs).await,
            Some(8),
            "{said}\na PIN was tried on it"
        );
    }

    /// PIN attempts that a key has left.
    async fn retries(&self, key: &SoftKey) -> Option<u8> {
        let there = &self.second;
        there.rack.pull(&UsbPath::new(SLOT));
        self.first.rack.pull(&UsbPath::new(SLOT));
        there.rack.put(SLOT, key);
        answering(there).await;
        let keys = there.station.slots().keys();
        let key = keys.into_iter().find(|key| key.place.as_str() == SLOT);
        key.and_then(|key| key.pin_retries)
    }
}

/// Of how many runs that ended that is on record.
pub fn count(world: &World, is_so: fn(Remains) -> bool) -> usize {
    let ended = endings(world).into_iter();
    ended.filter(|(_, remains)| is_so(*remains)).count()
}

/// A credential is, or may be, left on a key.
pub fn left(remains: Remains) -> bool {
    matches!(remains, Remains::Credential | Remains::Unknown)
}

/// One that is listed is, or may be, gone from its key.
pub fn taken(remains: Remains) -> bool {
    matches!(
        remains,
        Remains::Reset | Remains::MayBeReset | Remains::Deleted | Remains::MayBeDeleted
    )
}

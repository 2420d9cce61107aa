//! Two desks of one registry, the keys of three people, and what must be so when everything has come to rest.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use keydesk::bay::Cancel;
use keydesk::bay::soft::SoftKey;
use keydesk::domain::authority::Role;
use keydesk::domain::{PersonId, UsbPath};
use keydesk::program::demo::world::{Rack, ScriptedFace, World};
use keydesk::server::ServeConfig;
use keydesk::station::desk::StationDesk;
use keydesk::workflow::dialogue::{Coach, Ending, Event};
use keydesk::workflow::{self, Around, Call, Desk, KeyFault, Stop};
use parking_lot::Mutex;

use super::at_rest::{count, left, taken};
use super::elsewhere::{Elsewhere, exchanged_once_proven, give_pin, model, suspend};
use super::work::{OURS, Start, Work};
use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::outbox::in_conflict_on;
use crate::scenarios::{OPERATOR_SLOT, PIN, SLOT, answering, enrol, operators_key, people, person};

/// Who has a key before anything begins, and never has anything to do with it.
pub const THEIRS: usize = 2;

/// The people of a scene.
pub const CAST: usize = 3;

/// So many scenes are set at the same desks.
const SCENES: usize = 20;

/// How long people wait for something that doesn't come before they stop it.
pub const PATIENCE: Duration = Duration::from_secs(8);

/// Longer than any run may take once it is stopped, with what happens elsewhere in it, and other tests beside it.
const LONG: Duration = Duration::from_secs(90);

/// When something changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Right before this call of the run, counted from 0.
    Call(usize),
    /// While the key waits for its touch number so many of the run, counted from 1.
    Touch(usize),
}

pub fn ids(key: &SoftKey) -> Vec<Vec<u8>> {
    key.credentials().into_iter().map(|held| held.id).collect()
}

/// Two desks of one registry, at which scenes are set one after the other.
pub struct Desks {
    first: World,
    second: World,
    /// How many scenes there were.
    used: usize,
}

impl Desks {
    async fn open() -> Self {
        let built = World::build_with(ServeConfig::default(), &people(CAST * SCENES)).await;
        let first = built.expect("a world");
        let own = operators_key();
        let signed_in = first.sign_in(Role::HelpDesk, OPERATOR_SLOT, &own).await;
        signed_in.expect("signed in");
        let second = first.neighbour("Help desk 2").await.expect("a station");
        let own = operators_key();
        let signed_in = second.sign_in_as("Otto Operator", Role::HelpDesk, OPERATOR_SLOT, &own);
        signed_in.await.expect("signed in");
        Self {
            first,
            second,
            used: 0,
        }
    }

    /// The registry would go on for as long as the test.
    pub async fn close(mut self) {
        self.first.stop_registry().await;
    }
}

/// Two desks, three people, and every key that there is.
pub struct Scene {
    pub first: World,
    pub second: World,
    /// The run's.
    pub ours: SoftKey,
    pub theirs: SoftKey,
    /// What proves the person, where it is not the run's key.
    prover: Option<SoftKey>,
    pub keys: Mutex<Vec<SoftKey>>,
    /// What nobody here can know to be gone.
    pub lost: Mutex<HashSet<Vec<u8>>>,
    changed: AtomicBool,
    /// Something happens elsewhere, with the key that is here otherwise.
    pub elsewhere: Arc<AtomicBool>,
    /// How many scenes there were before at these desks.
    used: usize,
    /// Of how many of their runs the stations said then that something is left on a key.
    pub left_before: usize,
    /// Likewise that something is taken from one.
    pub taken_before: usize,
}

/// How a run went.
pub struct Played {
    pub ended: Result<Ending, Stop>,
    pub calls: usize,
    pub touches: usize,
    /// What was told.
    pub heard: Vec<Event>,
}

impl Scene {
    /// What this run finds when it begins.
    pub async fn set(work: Work, desks: Option<Desks>) -> Arc<Self> {
        let Desks {
            mut first,
            second,
            used,
        } = match desks {
            Some(desks) => desks,
            None => Desks::open().await,
        };
        let (ours, theirs) = (model(), model());
        if work.start() == Start::Refused {
            in_conflict_on(&mut first, &ours).await;
        }
        let prover = (work.start() == Start::Beside).then(model);
        let mut keys = vec![ours.clone(), theirs.clone()];
        keys.extend(prover.clone());
        let left_before = count(&first, left) + count(&second, left);
        let taken_before = count(&first, taken) + count(&second, taken);
        let scene = Self {
            first,
            second,
            ours,
            theirs,
            prover,
            keys: Mutex::new(keys),
            lost: Mutex::default(),
            changed: AtomicBool::new(false),
            elsewhere: Arc::default(),
            used,
            left_before,
            taken_before,
        };
        scene.second.rack.put(SLOT, &scene.theirs);
        enrol(&scene.second, scene.number(THEIRS))
            .await
            .expect("enrolled");
        scene.second.rack.pull(&UsbPath::new(SLOT));
        scene.prepare(work).await;
        Arc::new(scene)
    }

    /// The number of somebody of this scene.
    pub fn number(&self, who: usize) -> usize {
        self.used * CAST + who
    }

    /// The run's person.
    pub fn person(&self) -> PersonId {
        person(self.number(OURS))
    }

    /// Ends the scene; the desks, if another one can be set there.
    pub async fn end(self: Arc<Self>, work: Work, change: Option<Elsewhere>) -> Option<Desks> {
        let scene = Arc::into_inner(self)?;
        let Self {
            first,
            second,
            used,
            ..
        } = scene;
        for world in [&first, &second] {
            world.rack.pull(&UsbPath::new(SLOT));
        }
        let at_rest = |world: &World| {
            let store = world.station.store();
            let is_clean = store.unfinished().expect("read").is_empty()
                && store.outbox().expect("read").is_empty();
            is_clean && world.station.operator().is_some()
        };
        let others = at_rest(&first)
            && at_rest(&second)
            && change.is_none_or(Elsewhere::leaves_desks_as_they_are);
        let used = used + 1;
        let desks = Desks {
            first,
            second,
            used,
        };
        if others && work.leaves_desks_as_they_are() && used < SCENES {
            return Some(desks);
        }
        desks.close().await;
        None
    }

    async fn prepare(&self, work: Work) {
        let first = &self.first;
        first.rack.put(SLOT, &self.ours);
        match work.start() {
            Start::Blank | Start::Refused => {}
            Start::Enrolled => self.enrolled_already().await,
            Start::Suspended => {
                self.enrolled_already().await;
                suspend(first, &self.person()).await;
            }
            Start::Beside => {
                let prover = self.prover.as_ref().expect("made");
                self.put(prover);
                enrol(first, self.number(OURS)).await.expect("enrolled");
                give_pin(&self.second, &self.ours).await;
                self.put(prover);
            }
            Start::Unproven => {
                let inner = self.desk(ScriptedFace::new(SLOT, PIN), &Cancel::default());
                let mut halting = FaultyDesk::at(inner, "get_assertion", Mishap::StopsBefore);
                let (halted, who) = (halting.stopped(), self.person());
                tokio::select! {
                    ended = workflow::enrol(&mut halting, &who) => panic!("not stopped: {ended:?}"),
                    () = halted.notified() => {}
                }
            }
        }
        if work.role() != Role::HelpDesk {
            let own = operators_key();
            let signed_in = first.sign_in_as("Ada Admin", work.role(), "1-1.3", &own);
            signed_in.await.expect("signed in");
        }
        answering(first).await;
    }

    async fn enrolled_already(&self) {
        enrol(&self.first, self.number(OURS))
            .await
            .expect("enrolled");
    }

    /// The credential of the run's key.
    pub fn enrolled(&self) -> Vec<u8> {
        ids(&self.ours).first().expect("enrolled").clone()
    }

    /// Another key of the model.
    pub fn new_key(&self) -> SoftKey {
        let key = model();
        self.keys.lock().push(key.clone());
        key
    }

    /// Puts a key into the run's slot; the one that is there makes way.
    pub fn put(&self, key: &SoftKey) {
        exchange(&self.first.rack, key);
    }

    /// Nobody here can know that these are gone.
    pub fn is_lost(&self, ids: Vec<Vec<u8>>) {
        self.lost.lock().extend(ids);
    }

    /// What is on the run's key and not at the registry.
    pub async fn unheard_of(&self) -> Vec<Vec<u8>> {
        let (live, _) = self.listed(OURS).await;
        let mut held = ids(&self.ours);
        held.retain(|id| !live.contains(id));
        held
    }

    pub fn has_changed(&self) -> bool {
        self.changed.load(Ordering::SeqCst)
    }

    pub fn desk(&self, face: ScriptedFace, cancel: &Cancel) -> StationDesk {
        let station = Arc::clone(&self.first.station);
        StationDesk::new(station, Arc::new(face), cancel.clone())
    }

    /// Plays a run, with a change at one moment.
    pub async fn play(self: &Arc<Self>, work: Work, change: Option<(Elsewhere, Moment)>) -> Played {
        let touches = Arc::new(AtomicUsize::new(0));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hear = self.hands(change, Arc::clone(&touches), Arc::clone(&heard));
        let cancel = Cancel::default();
        let inner = self.desk(work.face(self).hearing(hear), &cancel);
        let mut desk = Watched {
            inner,
            scene: Arc::clone(self),
            change,
            calls: 0,
        };
        let ended = patiently(&cancel, (work, change), work.run(&mut desk, self)).await;
        let heard = heard.lock().clone();
        Played {
            ended,
            calls: desk.calls,
            touches: touches.load(Ordering::SeqCst),
            heard,
        }
    }

    /// What the hands of operator and person do; and the change, where it comes at a touch.
    fn hands(
        self: &Arc<Self>,
        change: Option<(Elsewhere, Moment)>,
        touches: Arc<AtomicUsize>,
        heard: Arc<Mutex<Vec<Event>>>,
    ) -> impl Fn(&Event) + Send + Sync + 'static {
        let scene = Arc::clone(self);
        let coached = self.coached();
        let proven = exchanged_once_proven(&self.first.rack, &self.ours);
        let runtime = tokio::runtime::Handle::current();
        move |event| {
            heard.lock().push(event.clone());
            coached(event);
            proven(event);
            if let Event::Touch { .. } = event {
                let now = touches.fetch_add(1, Ordering::SeqCst) + 1;
                if let Some((change, Moment::Touch(at))) = change
                    && at == now
                {
                    let (scene, runtime) = (Arc::clone(&scene), runtime.clone());
                    // The key waits as long as this takes.
                    let meanwhile = std::thread::spawn(move || {
                        runtime.block_on(scene.changes(change));
                    });
                    meanwhile.join().expect("no panic");
                }
            }
        }
    }

    /// Hands that pull and put back as they are told to, a moment later and once the key is here, and put in the right key where another
    /// one is in.
    pub fn coached(&self) -> impl Fn(&Event) + Send + Sync + 'static {
        let (rack, right) = (self.first.rack.clone(), self.ours.clone());
        let elsewhere = Arc::clone(&self.elsewhere);
        move |event| {
            let (rack, right) = (rack.clone(), right.clone());
            let act: Box<dyn FnOnce() + Send> = match event {
                Event::OtherKey { .. } => Box::new(move || exchange(&rack, &right)),
                Event::Coach { coach, .. } => match coach {
                    Coach::Pull { .. } => Box::new(move || rack.pull(&UsbPath::new(SLOT))),
                    Coach::PutBack { .. } => Box::new(move || rack.put_back(&UsbPath::new(SLOT))),
                    Coach::Window { .. } | Coach::Touch { .. } => return,
                },
                _ => return,
            };
            let elsewhere = Arc::clone(&elsewhere);
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(20));
                while elsewhere.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(5));
                }
                act();
            });
        }
    }

    async fn changes(&self, change: Elsewhere) {
        if !self.changed.swap(true, Ordering::SeqCst) {
            self.elsewhere.store(true, Ordering::SeqCst);
            change.happens(self).await;
            self.elsewhere.store(false, Ordering::SeqCst);
        }
    }
}

/// Runs until it ends by itself, or people have waited long enough.
pub async fn patiently<T>(
    cancel: &Cancel,
    what: impl std::fmt::Debug,
    run: impl Future<Output = T>,
) -> T {
    tokio::pin!(run);
    if let Ok(ended) = tokio::time::timeout(PATIENCE, &mut run).await {
        return ended;
    }
    cancel.cancel();
    let ended = tokio::time::timeout(LONG, run).await;
    ended.unwrap_or_else(|_| panic!("{what:?} does not end once it is stopped"))
}

pub fn exchange(rack: &Rack, key: &SoftKey) {
    rack.pull(&UsbPath::new(SLOT));
    rack.put(SLOT, key);
}

/// A desk whose calls are counted, and before one of which something changes.
struct Watched {
    inner: StationDesk,
    scene: Arc<Scene>,
    change: Option<(Elsewhere, Moment)>,
    calls: usize,
}

impl Watched {
    async fn before(&mut self) {
        let now = self.calls;
        self.calls += 1;
        if let Some((change, Moment::Call(at))) = self.change
            && at == now
        {
            self.scene.changes(change).await;
        }
    }
}

impl Around for Watched {
    fn inner(&self) -> &dyn Desk {
        &self.inner
    }

    async fn around<T>(
        &mut self,
        _: Call,
        go: impl AsyncFnOnce(&mut dyn Desk) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        self.before().await;
        go(&mut self.inner).await
    }

    async fn around_key<T, E: From<KeyFault>>(
        &mut self,
        _: Call,
        go: impl AsyncFnOnce(&mut dyn Desk) -> Result<T, E>,
    ) -> Result<T, E> {
        self.before().await;
        go(&mut self.inner).await
    }
}

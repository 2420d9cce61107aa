//! People who type at once, and remember what they saw.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use keydesk::domain::{KeyFacts, Pin};
use keydesk::station::batch::{Crew, TagComplaint, Told, Whose};
use keydesk::station::face::board::Board;
use keydesk::workflow::dialogue::Question;
use keydesk::workflow::{KeyFault, Stop};
use parking_lot::Mutex;
use tokio::sync::watch;

pub const PIN: &str = "2468-person";

type Hand<T> = Box<dyn Fn(&T) + Send + Sync>;
type Eye = Box<dyn Fn() + Send + Sync>;

/// Answers the way a practised operator and willing people would.
pub struct ScriptedCrew {
    board: watch::Sender<Option<Board>>,
    told: Mutex<Vec<String>>,
    asking: AtomicUsize,
    most: AtomicUsize,
    done: Hand<Whose>,
    look: Eye,
    letters: Mutex<Vec<String>>,
}

impl Default for ScriptedCrew {
    fn default() -> Self {
        Self {
            board: watch::Sender::new(None),
            told: Mutex::default(),
            asking: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            done: Box::new(|_| {}),
            look: Box::new(|| {}),
            letters: Mutex::default(),
        }
    }
}

impl ScriptedCrew {
    /// Does something with a key that is done.
    #[must_use]
    pub fn when_done(mut self, act: impl Fn(&Whose) + Send + Sync + 'static) -> Self {
        self.done = Box::new(act);
        self
    }

    /// Looks whenever anything is shown or said.
    #[must_use]
    pub fn looking(mut self, look: impl Fn() + Send + Sync + 'static) -> Self {
        self.look = Box::new(look);
        self
    }

    pub fn last_board(&self) -> Option<Board> {
        self.board.borrow().clone()
    }

    /// How many questions were open at once, at most.
    pub fn most_asked_at_once(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }

    /// The PINs in the letters.
    pub fn letters(&self) -> Vec<String> {
        self.letters.lock().clone()
    }

    /// What was said, as a debug text.
    pub fn told(&self) -> Vec<String> {
        self.told.lock().clone()
    }

    /// Waits until the board shows something.
    pub async fn until(&self, shows: impl Fn(&Board) -> bool) {
        let mut board = self.board.subscribe();
        let shown = board.wait_for(|board| board.as_ref().is_some_and(&shows));
        let shown = tokio::time::timeout(Duration::from_secs(60), shown).await;
        if shown.is_err() {
            panic!("never shown; the board is {:#?}", self.last_board());
        }
    }

    async fn typing(&self) {
        let now = self.asking.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(2)).await;
        self.asking.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Crew for ScriptedCrew {
    fn show(&self, board: Board) {
        self.board.send_replace(Some(board));
        (self.look)();
    }

    fn tell(&self, told: Told) {
        (self.look)();
        if let Told::Left { whose, .. } = &told {
            (self.done)(whose);
        }
        let mut all = self.told.lock();
        all.push(format!("{told:?}"));
    }

    async fn pin(&self, _: &Whose, question: Question) -> Result<Pin, Stop> {
        self.typing().await;
        match question {
            Question::NewPin {
                refused: Some(fault),
                ..
            } => Err(Stop::Key(fault)),
            Question::CurrentPin {
                wrong: true,
                retries,
                ..
            } => Err(Stop::Key(KeyFault::WrongPin { retries })),
            _ => Pin::new(PIN, 0).map_err(|e| KeyFault::told(e.to_string()).into()),
        }
    }

    async fn letter(&self, _: &Whose, _: &KeyFacts, pin: &Pin) -> Result<(), Stop> {
        let mut letters = self.letters.lock();
        letters.push(String::from_utf8(pin.as_bytes().to_vec()).expect("text"));
        Ok(())
    }

    async fn tag(&self, whose: &Whose, _: Option<TagComplaint>) -> Result<String, Stop> {
        self.typing().await;
        Ok(format!("T-{}", whose.slot))
    }

    async fn admits(&self, _: &Whose, _: Question) -> Result<bool, Stop> {
        self.typing().await;
        Ok(true)
    }
}

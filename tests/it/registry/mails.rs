//! What the registry mails: to whom, when again, what is left after a stop, and what is never in it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use keydesk::server::config::{MailConfig, MailTls, WebhookConfig};
use keydesk::server::import::{Format, import_file};
use keydesk::server::{ConfigError, ServeConfig, Server, admin};
use keydesk::wire::problem_code;
use parking_lot::Mutex;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::authenticator::Authenticator;
use super::world::{World, config, write};

/// What a mail server says of a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// 451.
    Later,
    /// 550.
    Never,
    /// Nothing, once the mail is with it.
    Nothing,
}

/// A mail as it arrived.
#[derive(Debug, Clone)]
pub struct Mail {
    pub to: String,
    head: String,
    pub body: String,
}

impl Mail {
    /// Wherever its lines end.
    pub fn says(&self, words: &str) -> bool {
        let body: Vec<&str> = self.body.split_whitespace().collect();
        body.join(" ").contains(words)
    }

    fn header(&self, name: &str) -> &str {
        let begins = format!("{name}: ");
        let line = self.head.lines().find_map(|l| l.strip_prefix(&*begins));
        line.unwrap_or_default()
    }
}

/// A mail server of this machine, which takes what it is not told to refuse.
#[derive(Clone)]
pub struct Post {
    port: u16,
    says: Arc<Mutex<HashMap<String, Says>>>,
    taken: Arc<Mutex<Vec<Mail>>>,
}

impl Post {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let post = Self {
            port: listener.local_addr().unwrap().port(),
            says: Arc::default(),
            taken: Arc::default(),
        };
        let serving = post.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(connection));
            }
        });
        post
    }

    pub fn settings(&self) -> MailConfig {
        MailConfig {
            server: "127.0.0.1".to_owned(),
            port: Some(self.port),
            tls: MailTls::None,
            ca: None,
            user: None,
            password_file: None,
            from: "Keydesk <keydesk@example.test>".to_owned(),
            public_url: None,
            language: "en".to_owned(),
            contact: None,
            at_once: 4,
            timeout_seconds: 5,
        }
    }

    fn says(&self, of: &str, what: Option<Says>) {
        match what {
            Some(what) => drop(self.says.lock().insert(of.to_owned(), what)),
            None => drop(self.says.lock().remove(of)),
        }
    }

    /// All but that somebody is reached elsewhere, which goes along with whatever a test imports.
    pub fn taken(&self) -> Vec<Mail> {
        let mut taken = self.all();
        taken.retain(|mail| !mail.says("Messages go there from now on"));
        taken
    }

    pub fn all(&self) -> Vec<Mail> {
        self.taken.lock().clone()
    }

    /// To whom mail came, in order.
    fn recipients(&self) -> Vec<String> {
        let mut all: Vec<String> = self.taken().into_iter().map(|mail| mail.to).collect();
        all.sort();
        all
    }

    async fn serve(self, connection: TcpStream) -> Option<()> {
        let (read, mut write) = connection.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 here\r\n").await.ok()?;
        let (mut to, mut text) = (String::new(), None::<String>);
        while let Some(line) = lines.next_line().await.ok()? {
            if let Some(raw) = &mut text {
                if line != "." {
                    raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                    raw.push('\n');
                    continue;
                }
                let mail = read_mail(&to, &text.take()?);
                self.taken.lock().push(mail);
                if self.says.lock().get(&to) == Some(&Says::Nothing) {
                    std::future::pending::<()>().await;
                }
                write.write_all(b"250 taken\r\n").await.ok()?;
                continue;
            }
            if let Some(address) = line.strip_prefix("RCPT TO:<") {
                to = address.split('>').next()?.to_owned();
            }
            let says = self.says.lock().get(&to).copied();
            let answer = match (line.get(..4)?, says) {
                ("RCPT", Some(Says::Later)) => "451 later",
                ("RCPT", Some(Says::Never)) => "550 nobody of that name",
                ("DATA", _) => {
                    text = Some(String::new());
                    "354 go on"
                }
                _ => "250 well",
            };
            write
                .write_all(format!("{answer}\r\n").as_bytes())
                .await
                .ok()?;
        }
        None
    }
}

fn read_mail(to: &str, raw: &str) -> Mail {
    let (head, body) = raw.split_once("\n\n").unwrap_or((raw, ""));
    let mail = Mail {
        to: to.to_owned(),
        head: head.replace("\n ", " "),
        body: String::new(),
    };
    let body = match mail.header("Content-Transfer-Encoding") {
        "quoted-printable" => unquoted(body),
        "base64" => {
            use base64::{Engine, engine::general_purpose::STANDARD};
            STANDARD.decode(body.replace('\n', "")).unwrap()
        }
        _ => body.as_bytes().to_vec(),
    };
    Mail {
        body: String::from_utf8(body).unwrap(),
        ..mail
    }
}

fn unquoted(text: &str) -> Vec<u8> {
    let joined = text.replace("=\n", "");
    let mut parts = joined.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    bytes
}

/// Waits until that holds; what is said by itself is said within a second, on a machine that is busy with much else within thirty.
pub async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    for _ in 0..600 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not so: {what}");
}

/// Long enough for what is to be told to be told.
async fn a_while() {
    tokio::time::sleep(Duration::from_millis(1500)).await;
}

/// How deliveries stand: to whom, in which state, after how many tries, and in how many minutes the next one is.
type Stands = (String, String, i64, i64);

impl World {
    async fn mailed(post: &Post) -> Self {
        let settings = post.settings();
        Self::with(|config| config.mail = Some(settings)).await
    }

    async fn deliveries(&self) -> Vec<Stands> {
        let now = self.now().as_millisecond();
        sqlx::query_as(
            "SELECT coalesce(address, '-'), state, tries, (next_ms - $1) / 60000 FROM delivery ORDER BY number",
        )
        .bind(now)
        .fetch_all(&self.database().await)
        .await
        .unwrap()
    }

    fn move_clock(&self, minutes: i64) {
        self.clock_ahead_s.fetch_add(minutes * 60, Ordering::SeqCst);
    }

    async fn undelivered(&self) -> Vec<String> {
        let alarms = admin::alarms(&self.db(), 50).await.unwrap();
        let of = alarms.into_iter();
        of.filter(|alarm| alarm.kind == problem_code::NOTICE_UNDELIVERABLE)
            .map(|alarm| alarm.detail)
            .collect()
    }
}

async fn import(world: &World, row: &str) {
    let csv = format!("id,name,kind,email,second_email,language\n{row}\n");
    let file = write(world.dir.path(), "more.csv", csv);
    import_file(&world.db(), &file, Format::Csv).await.unwrap();
}

#[tokio::test]
async fn whoever_gets_a_factor_is_mailed_at_each_address_and_the_notice_is_told() {
    let post = Post::new().await;
    let world = World::mailed(&post).await;
    world
        .sql(
            "INSERT INTO contact (person, sort, value, since_ms) \
             VALUES ('p-3', 'second-email', 't@home.test', 0), ('p-3', 'language', 'nl', 0)",
        )
        .await;
    world.enrolled("p-3", &mut Authenticator::new(1)).await;
    until("two mails", async || post.taken().len() == 2).await;
    assert_eq!(post.recipients(), ["t@example.test", "t@home.test"]);
    let mail = &post.taken()[0];
    assert!(mail.body.contains("Beste T. Exampleson"), "{}", mail.body);
    assert!(
        mail.body.contains("Help desk 2") && mail.body.contains("“Test key”"),
        "{}",
        mail.body
    );
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    until("told", async || world.news().await.is_empty()).await;
    a_while().await;
    assert_eq!(post.taken().len(), 2, "once each");
}

#[tokio::test]
async fn what_is_put_off_is_tried_at_longer_and_longer_times_for_three_days_and_then_an_alarm() {
    let post = Post::new().await;
    let world = World::mailed(&post).await;
    post.says("p@example.test", Some(Says::Later));
    world.enrolled("p-1", &mut Authenticator::new(1)).await;
    let mut waited = Vec::new();
    for tries in 1.. {
        until("tried", async || {
            world
                .deliveries()
                .await
                .first()
                .is_some_and(|d| d.2 == tries)
        })
        .await;
        let (_, state, _, minutes) = world.deliveries().await.remove(0);
        if state != "waiting" || waited.iter().sum::<i64>() > 3 * 24 * 60 {
            break;
        }
        waited.push(minutes + 1);
        world.move_clock(minutes + 1);
    }
    until("given up", async || {
        world.deliveries().await[0].1 == "undeliverable"
    })
    .await;
    // Doubled each time, spread by a fifth, and no longer than four hours with that.
    for (nth, minutes) in waited.iter().enumerate().take(waited.len() - 1) {
        let middle = (1 << nth.min(10)).min(240);
        let range = middle * 4 / 5..=middle * 6 / 5 + 1;
        assert!(range.contains(minutes), "{nth}: {minutes} of {range:?}");
    }
    let all: i64 = waited.iter().sum();
    assert!((3 * 24 * 60..3 * 24 * 60 + 60).contains(&all), "{waited:?}");
    assert!(post.taken().is_empty());
    let [alarm] = world.undelivered().await.try_into().unwrap();
    assert!(
        alarm.contains("p-1 at p…@example.test") && alarm.contains("nobody was told"),
        "{alarm}"
    );
    // Somebody has to: it is still listed.
    let (listed, _) = admin::notices(&world.db()).await.unwrap();
    let states = listed.iter().flat_map(|notice| &notice.deliveries);
    assert!(states.map(|one| one.state.as_str()).eq(["undeliverable"]));
}

#[tokio::test]
async fn what_is_refused_is_an_alarm_at_once_that_says_whether_anything_reached_them() {
    let post = Post::new().await;
    let world = World::mailed(&post).await;
    world
        .sql("INSERT INTO contact (person, sort, value, since_ms) VALUES ('p-3', 'second-email', 't@home.test', 0)")
        .await;
    import(&world, "p-9,N. Obody,unaffiliated,,,").await;
    post.says("t@example.test", Some(Says::Never));
    world.enrolled("p-3", &mut Authenticator::new(1)).await;
    world.enrolled("p-9", &mut Authenticator::new(2)).await;
    world
        .sql(
            "INSERT INTO notice (person, kind, about, facts, at_ms) \
             SELECT person, kind, about, facts, at_ms FROM notice WHERE person = 'p-9'",
        )
        .await;
    until("alarms", async || world.undelivered().await.len() == 2).await;
    let mut alarms = world.undelivered().await;
    alarms.sort();
    assert!(
        alarms[0].contains("t…@example.test") && alarms[0].contains("another address"),
        "{alarms:?}"
    );
    assert!(alarms[1].contains("p-9 has no address"), "{alarms:?}");
    until("nothing waits", async || {
        let all = world.deliveries().await;
        all.len() == 4 && all.iter().all(|one| one.1 != "waiting")
    })
    .await;
    assert_eq!(
        world.undelivered().await.len(),
        2,
        "who has no address is one once"
    );
    assert_eq!(post.recipients(), ["t@home.test"]);
}

#[tokio::test]
async fn an_address_that_was_changed_within_a_week_is_never_alone() {
    let post = Post::new().await;
    let world = World::mailed(&post).await;
    import(
        &world,
        "p-3,T. Exampleson,unaffiliated,thief@example.test,,",
    )
    .await;
    world.enrolled("p-3", &mut Authenticator::new(1)).await;
    until("both", async || post.taken().len() == 2).await;
    assert_eq!(post.recipients(), ["t@example.test", "thief@example.test"]);
    // Taking it away helps no more than another one.
    import(&world, "p-3,T. Exampleson,unaffiliated,,,").await;
    world
        .sql("UPDATE notice SET addressed_ms = NULL, told_ms = NULL")
        .await;
    until("again", async || post.taken().len() == 4).await;
    world
        .sql("UPDATE contact SET until_ms = until_ms - 7 * 86400000 WHERE value = 't@example.test'")
        .await;
    world
        .sql("UPDATE notice SET addressed_ms = NULL, told_ms = NULL")
        .await;
    until("the last", async || post.taken().len() == 5).await;
    a_while().await;
    assert_eq!(post.taken().len(), 5);
    assert_eq!(post.taken()[4].to, "thief@example.test");
}

#[tokio::test]
async fn nothing_is_lost_by_a_stop_at_any_step() {
    let post = Post::new().await;
    let mut world = World::mailed(&post).await;
    // With the server, which has not said so yet.
    post.says("p@example.test", Some(Says::Nothing));
    world.enrolled("p-1", &mut Authenticator::new(1)).await;
    until("with the server", async || post.taken().len() == 1).await;
    world.restart().await;
    post.says("p@example.test", None);
    a_while().await;
    assert_eq!(post.taken().len(), 1, "not before its time");
    world.move_clock(2);
    until("again", async || post.taken().len() == 2).await;
    let ids: Vec<_> = post
        .taken()
        .iter()
        .map(|mail| mail.header("Message-ID").to_owned())
        .collect();
    assert!(
        ids[0] == ids[1] && ids[0].ends_with("@example.test>"),
        "{ids:?}"
    );

    // Written down, and nothing else; addressed, and never tried.
    for step in ["notice", "delivery"] {
        let before = post.taken().len();
        world = world
            .stopped_for(async |db: &Path| {
                let pool = open(db).await;
                let insert = "INSERT INTO notice (person, kind, about, facts, at_ms) \
                    SELECT person, kind, about, facts, at_ms FROM notice WHERE kind = 'factor-added' LIMIT 1";
                sqlx::query(insert).execute(&pool).await.unwrap();
                if step == "delivery" {
                    let made = "INSERT INTO delivery (id, notice, way, address, state, made_ms, next_ms) \
                        SELECT 'd-1', max(number), 'mail', 'p@example.test', 'waiting', max(at_ms), max(at_ms) FROM notice";
                    sqlx::query(made).execute(&pool).await.unwrap();
                    let addressed = "UPDATE notice SET addressed_ms = at_ms WHERE addressed_ms IS NULL";
                    sqlx::query(addressed).execute(&pool).await.unwrap();
                }
                pool.close().await;
            })
            .await;
        until(step, async || post.taken().len() == before + 1).await;
    }
    until("all told", async || world.news().await.is_empty()).await;
}

async fn open(folder: &Path) -> sqlx::SqlitePool {
    let file = folder.join("registry.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    sqlx::SqlitePool::connect_with(options).await.unwrap()
}

#[tokio::test]
async fn what_was_true_long_before_the_registry_mailed_is_no_news_and_without_settings_nothing_is_sent()
 {
    let post = Post::new().await;
    let mut world = World::new().await;
    world.enrolled("p-1", &mut Authenticator::new(1)).await;
    world.enrolled("p-2", &mut Authenticator::new(2)).await;
    a_while().await;
    assert!(world.deliveries().await.is_empty());
    world
        .sql("UPDATE notice SET at_ms = at_ms - 4 * 86400000 WHERE person = 'p-1'")
        .await;
    world.settings.mail = Some(post.settings());
    world.restart().await;
    until("the newer one", async || !post.taken().is_empty()).await;
    a_while().await;
    assert_eq!(post.recipients(), ["w@example.test"]);
}

#[tokio::test]
async fn what_would_go_unencrypted_or_with_a_secret_that_others_read_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let refused = async |change: &dyn Fn(&mut ServeConfig)| {
        let mut settings = config(dir.path());
        change(&mut settings);
        match Server::start(settings).await {
            Err(keydesk::server::ServeError::Config(why)) => why,
            other => panic!("{:?}", other.map(|_| "it serves")),
        }
    };
    let post = Post::new().await;
    let mail = |change: &dyn Fn(&mut MailConfig)| {
        let mut mail = post.settings();
        change(&mut mail);
        Some(mail)
    };
    let why = refused(&|c| c.mail = mail(&|m| m.server = "mail.example.test".to_owned())).await;
    assert!(why.to_string().contains("mail.tls"), "{why}");
    let why = refused(&|c| c.mail = mail(&|m| m.from = "nobody".to_owned())).await;
    assert!(why.to_string().contains("mail.from"), "{why}");
    let why = refused(&|c| c.mail = mail(&|m| m.language = "de".to_owned())).await;
    assert!(why.to_string().contains("mail.language"), "{why}");
    let plain = Some("http://keydesk.example.test".to_owned());
    let why = refused(&|c| c.mail = mail(&|m| m.public_url = plain.clone())).await;
    assert!(why.to_string().contains("mail.public_url"), "{why}");
    let secret = write(dir.path(), "secret", "whsec_c2hvcnQ=\n");
    let hook = |url: &str| {
        Some(WebhookConfig {
            url: url.to_owned(),
            secret_file: secret.clone(),
            ca: None,
        })
    };
    let why = refused(&|c| c.webhook = hook("http://hooks.example.test/")).await;
    assert!(why.to_string().contains("webhook.url"), "{why}");
    let why = refused(&|c| c.webhook = hook("https://hooks.example.test/")).await;
    assert!(
        why.to_string().contains("whsec_") && !why.to_string().contains("c2hvcnQ"),
        "{why}"
    );
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).unwrap();
    let why = refused(&|c| c.webhook = hook("https://hooks.example.test/")).await;
    assert!(matches!(why, ConfigError::Open { .. }), "{why}");
}

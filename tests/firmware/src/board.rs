//! The board: a thread with the firmware on it, its flash memory, its button and its clock.
//!
//! Invariant: the Trussed service runs on the thread of its only client, so a request is answered before the call returns
//! and no second thread ever touches the file system.

use std::{path::PathBuf, sync::Arc, thread, time::Duration};

use ctaphid_app::{App, Command, Error};
use fido_authenticator::{Authenticator, Config, Conforming, FirmwareVersion};
use heapless_bytes::Bytes;
use keydesk::bay::soft::{self, link::error};
use littlefs2::{object_safe::DynFilesystem, path};
use rand_core::OsRng;
use trussed::{
    ClientImplementation, Service,
    backend::BackendId,
    key::{Key, Kind},
    pipe::{ServiceEndpoint, TrussedChannel},
    platform::{Platform, Syscall, UserInterface},
    store::Store as _,
    types::{CoreContext, ui},
    virt::{StorageConfig, Store, StoreConfig},
};
use trussed_core::{
    InterruptFlag,
    types::{consent::Level, reboot::To},
};
use trussed_staging::{
    StagingContext,
    virt::{BackendIds, Dispatcher},
};

use crate::key::{Job, Model, Shared};

/// A message of CTAPHID at its longest.
const MAX_MESSAGE: usize = 7609;
/// The firmware keeps its replies on the stack.
const STACK_BYTES: usize = 16 << 20;
/// How often a waiting firmware looks at its button.
const BUTTON_POLL: Duration = Duration::from_millis(2);

const BACKENDS: &[BackendId<BackendIds>] = &[
    BackendId::Custom(BackendIds::StagingBackend),
    BackendId::Core,
];

/// Where a key keeps what survives a power cycle.
#[derive(Debug, Clone)]
pub enum Flash {
    /// In memory, for as long as the key lives.
    Memory,
    /// In files of this directory, which exists.
    Directory(PathBuf),
}

/// The flash memory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FlashError {
    /// A file could not be made or renamed.
    #[error("the flash file {path} cannot be made: {source}")]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It has no room for a file system, or a damaged one.
    #[error("the flash file system cannot be used: {0:?}")]
    FileSystem(littlefs2::io::Error),
}

impl Flash {
    fn open(&self) -> Result<StoreConfig<'static>, FlashError> {
        let mut config = StoreConfig::ram();
        match self {
            Self::Memory => {
                config
                    .internal
                    .with_fs(|_| ())
                    .map_err(FlashError::FileSystem)?;
                config
                    .external
                    .with_fs(|_| ())
                    .map_err(FlashError::FileSystem)?;
                config.internal.format = false;
                config.external.format = false;
            }
            Self::Directory(directory) => {
                config.internal = file_storage(directory.join("internal.lfs"))?;
                config.external = file_storage(directory.join("external.lfs"))?;
            }
        }
        Ok(config)
    }
}

/// A flash file; a new one appears under its name only when it holds a file system, so that a key killed at birth is not
/// born with a damaged one.
fn file_storage(path: PathBuf) -> Result<StorageConfig<'static>, FlashError> {
    if !path.exists() {
        let unborn = path.with_extension("new");
        if unborn.exists() {
            std::fs::remove_file(&unborn).map_err(|source| FlashError::File {
                path: unborn.clone(),
                source,
            })?;
        }
        StorageConfig::filesystem(unborn.clone())
            .with_fs(|_| ())
            .map_err(FlashError::FileSystem)?;
        std::fs::rename(&unborn, &path).map_err(|source| FlashError::File {
            path: path.clone(),
            source,
        })?;
    }
    Ok(StorageConfig::filesystem(path))
}

/// Starts the thread; it ends with the last hand on the key.
pub(crate) fn start(shared: Arc<Shared>, model: Model, flash: Flash) {
    let run = move || {
        #[expect(
            clippy::expect_used,
            reason = "a key without flash memory is a broken rig"
        )]
        let mut flash = flash.open().expect("the flash memory can be used");
        let mut session = 0;
        while let Some(next) = shared.wait_for_power(session) {
            session = next;
            flash.volatile = StorageConfig::ram();
            flash.with_store(|store| power_up(&shared, &model, store, session));
        }
    };
    #[expect(
        clippy::expect_used,
        reason = "a machine that has no threads left cannot test anything"
    )]
    thread::Builder::new()
        .name("firmware".into())
        .stack_size(STACK_BYTES)
        .spawn(run)
        .expect("a thread can be started");
}

/// One life of the firmware, from plug to pull.
fn power_up(shared: &Arc<Shared>, model: &Model, store: Store<'_>, session: u64) {
    provision(store.ifs(), model);
    // Lives as long as the firmware's code wants it: for ever. One byte for each power-up.
    let interrupt: &'static InterruptFlag = Box::leak(Box::default());
    let channel = TrussedChannel::new();
    let Some((requester, responder)) = channel.split() else {
        return;
    };
    let context = CoreContext::with_interrupt(path!("fido").into(), Some(interrupt));
    let button = Button {
        shared: Arc::clone(shared),
        powered_at: shared.uptime(),
        status: ui::Status::Idle,
    };
    let service = DirectCall {
        service: Service::with_dispatch(
            Board {
                store,
                random: OsRng,
                button,
            },
            Dispatcher::default(),
        ),
        endpoints: [ServiceEndpoint::new(responder, context, BACKENDS)],
    };
    let client = ClientImplementation::<_, Dispatcher>::new(requester, service, Some(interrupt));
    let mut config = Config::new(MAX_MESSAGE);
    config.max_resident_credential_count = Some(50);
    config.firmware_version = Some(FirmwareVersion::new(model.firmware_version));
    let mut authenticator = Authenticator::new(client, Conforming {}, config);
    while let Some(job) = shared.next_job(session, interrupt) {
        let mut reply = Bytes::<MAX_MESSAGE>::new();
        let outcome = call(&mut authenticator, &job, &mut reply);
        shared.finish(&job, interrupt, outcome.map(|()| reply.as_slice()));
    }
}

fn call(
    firmware: &mut impl App<'static>,
    job: &Job,
    reply: &mut Bytes<MAX_MESSAGE>,
) -> Result<(), u8> {
    let command = Command::try_from(job.command).map_err(|()| error::INVALID_COMMAND)?;
    firmware
        .call(command, &job.data, reply)
        .map_err(|error| match error {
            Error::InvalidLength => error::INVALID_LENGTH,
            Error::NoResponse | Error::InvalidCommand => error::INVALID_COMMAND,
        })
}

/// What the factory writes: attestation key and certificate.
fn provision(flash: &dyn DynFilesystem, model: &Model) {
    let certificate_path = path!("fido/x5c/00");
    if flash.exists(certificate_path) {
        return;
    }
    let attestation = soft::attestation(soft::Model {
        product: &model.product,
        aaguid: model.aaguid,
        serial: None,
    });
    let write = || {
        let material = attestation
            .secret_key
            .as_slice()
            .try_into()
            .map_err(|_| littlefs2::io::Error::INVALID)?;
        let key = Key {
            flags: Default::default(),
            kind: Kind::P256,
            material,
        };
        flash.create_dir_all(path!("fido/sec"))?;
        flash.create_dir_all(path!("fido/x5c"))?;
        flash.write(path!("fido/sec/00"), &key.serialize())?;
        flash.write(certificate_path, &attestation.certificate)
    };
    #[expect(
        clippy::expect_used,
        reason = "a key without attestation would test something else"
    )]
    write().expect("a fresh flash memory has room for the attestation");
}

/// The Trussed service, called by its client.
struct DirectCall<'a> {
    service: Service<Board<'a>, Dispatcher>,
    endpoints: [ServiceEndpoint<'a, BackendIds, StagingContext>; 1],
}

impl Syscall for DirectCall<'_> {
    fn syscall(&mut self) {
        self.service.process(&mut self.endpoints);
    }
}

struct Board<'a> {
    store: Store<'a>,
    random: OsRng,
    button: Button,
}

impl<'a> Platform for Board<'a> {
    type R = OsRng;
    type S = Store<'a>;
    type UI = Button;

    fn rng(&mut self) -> &mut OsRng {
        &mut self.random
    }

    fn store(&self) -> Store<'a> {
        self.store
    }

    fn user_interface(&mut self) -> &mut Button {
        &mut self.button
    }
}

/// Button, light and clock.
struct Button {
    shared: Arc<Shared>,
    powered_at: Duration,
    status: ui::Status,
}

impl UserInterface for Button {
    fn check_user_presence(&mut self) -> Level {
        if self.shared.is_touched() {
            return Level::Strong;
        }
        thread::sleep(BUTTON_POLL);
        Level::None
    }

    fn set_status(&mut self, status: ui::Status) {
        self.status = status;
        self.shared
            .report_waiting(status == ui::Status::WaitingForUserPresence);
    }

    fn status(&self) -> ui::Status {
        self.status
    }

    fn uptime(&mut self) -> Duration {
        self.shared.uptime().saturating_sub(self.powered_at)
    }

    fn reboot(&mut self, _to: To) -> ! {
        // Only a vendor command that this key does not offer reboots.
        loop {
            thread::park();
        }
    }
}

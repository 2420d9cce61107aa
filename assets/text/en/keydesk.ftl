### English. The Dutch file has the same keys; a test compares them.

## People

kind-employee = employee
kind-user-administrator = user admin
kind-main-administrator = main admin
kind-unaffiliated = unaffiliated
kind-authorised-representative = representative
role-help-desk = help desk
role-station-administrator = station administrator
role-customer-service = Customer Service
document-passport = passport
document-identity-card = identity card
document-driving-licence = driving licence
document-residence-permit = residence permit
factors-none = no factor yet
factors-keys = { $keys ->
    [one] 1 key
   *[other] { $keys } keys
}
factors-apps = { $apps ->
    [one] app
   *[other] { $apps } apps
}
factors-lost = lost
factors-lost-keys = { $keys ->
    [one] 1 key suspended
   *[other] { $keys } keys suspended
}
factors-lost-apps = { $apps ->
    [one] 1 app suspended
   *[other] { $apps } apps suspended
}
no-standby = no standby

## Steps of the checklist

step-offer = registry
step-identify = identity
step-key = key
step-check = check
step-pin = PIN
step-create = create
step-test = test
step-record = record
step-push = registry
note-identified = { $document } ending { $characters }
note-stated = stated: { $statement }
identified-before = Last time ({ $day }): { $how }
identified-before-better = Last time ({ $day }), by a stronger method: { $how }
note-key = slot { $slot } · { $model }
note-tested = tested model
note-warned = { $count ->
    [one] 1 warning
   *[other] { $count } warnings
}
note-pin-set = set by the person
note-pin-changed = changed by the person
note-verified = verified by the key
note-left-to-registry = signed; the registry will check it
note-queued = waits in the outbox
note-conflict = refused: see the outbox
note-anew = pulled: checked anew
note-created = the key made the credential
note-proved = the key works
note-recorded = written and synced at this station
note-accepted = verified by the registry
step-touch = touch { $nth } of { $of }

## What was found about a key

finding-tested-model = tested with IAMconnected
finding-untested-model = this model was not tested with IAMconnected; it may be used
finding-unknown-model = unknown model; any FIDO2 key may be used
finding-certified = FIDO certified { $level }
finding-not-certified = not FIDO certified
finding-from-metadata = { $what } (metadata no { $no })
finding-revoked = revoked by the FIDO Alliance: take another key
finding-uv-bypass = its PIN or fingerprint can be got around: take another key
finding-attestation-compromise = others can pass for this model: take another key
finding-remote-compromise = its private keys can be taken from afar: take another key
finding-physical-compromise = whoever has it in hand can copy its private keys
finding-reported = the FIDO Alliance reports { $status }
finding-advisory = { $id }: { $summary }
advisory-ysa-2024-03 = its firmware is so old that someone who has the key and opens it can copy it
finding-rule-allow = allowed by policy: { $why }
finding-rule-warn = policy: { $why }
finding-rule-refuse = refused by policy: { $why }
finding-lifted = { $what } (allowed)
finding-not-fido2 = speaks U2F only: take a FIDO2 key
finding-no-pin-support = cannot have a PIN: take another key
finding-finger-needed = makes and uses credentials by its own verification only, and has none set up: enrol a fingerprint on it first, or take another key
finding-pin-blocked = PIN blocked: only a reset helps, which deletes everything on it
finding-few-retries = { $retries ->
    [one] only 1 PIN attempt left
   *[other] only { $retries } PIN attempts left
}
finding-pin-change = the key demands a new PIN: the person chooses one on the way
finding-store-full = no room for another credential: take another key
finding-no-algorithm = can do { $has } only, which the registry does not take: take another key
finding-not-discoverable = cannot keep discoverable credentials: take another key
finding-bound-to = enrolled for { $person }: take another key
finding-operators-own = the operator's own key: take the person's
finding-no-standby = a main administrator should have a second key, kept in a safe

## What remains on the key

leaves-nothing = the key stays as it is
leaves-pin = the key keeps its new PIN; it is not enrolled
leaves-credential-deleted = the credential is deleted again; the PIN stays; not enrolled
leaves-credential = a credential stays on the key; see unfinished work
leaves-recorded = the key is enrolled; the outbox sends it
leaves-in-use = the key stays in use
leaves-unknown = the key may keep a credential; see unfinished work
leaves-changed = the key keeps the change
leaves-may-be-changed = the key may keep the change; see unfinished work
remains-nothing = The key is as it was.
remains-pin = The key has a new PIN and nothing else. It is not enrolled.
remains-credential-deleted = The credential was made and deleted again. The PIN stays. The key is not enrolled.
remains-credential = The key holds a credential that the registry does not know. It is listed under unfinished work.
remains-unknown = The key may hold a credential that the registry does not know. It is listed under unfinished work.

remains-in-use = The registry knows the credential on the key. The key works.
remains-changed = The key was changed all the same, and the record says so.
remains-may-be-changed = The key may be changed all the same. It is listed under unfinished work.
remains-pin-proven = Whether the PIN was changed does not show. The person has proved the PIN that the key has now.
recorded-credential = The key holds a credential that opens nothing. The record says so.
recorded-unknown = The key may hold a credential that opens nothing. The record says so.
recorded-may-be-changed = The key may be changed all the same. The record says so.
withdrawn-deleted = The credential was deleted from the key. Its PIN stays.
withdrawn-gone = The credential is not on the key any more.

## The line of keys and the help

key-help = help
key-lock = lock
key-sign-out = sign out
key-quit = quit
key-language = Nederlands
key-back = back
key-stop = stop
key-open = open
key-sign-in = sign in
key-first-time = first time: enter a code
key-confirm = confirm
key-next = next
key-use = use this key
key-go-on = go on
key-again = once more
key-done = done
key-another-key = one more key
key-move = move
key-page = page
key-bay = keys
key-outbox = outbox
key-unfinished = unfinished
key-tickets = tickets for today
key-by-touch = by touch
key-wink = make it blink
key-slot = slot of that number
key-document = kind of document
key-method = method
key-other-method = another method
key-other-key = another key
key-push = push now
key-retry = send again
key-withdraw = withdraw
key-refuse-released = refuse
key-without-key = without the key
key-take-up = take up
key-soft-touch = touch
key-soft-plug = plug
key-clear = clear
key-delete = delete
key-delete-word = delete word
key-unlock = sign in to go on
help-title = Help
help-everywhere = On every screen
help-here = On this screen
help-close = any key closes the help

## Frame around every screen

demo-badge = DEMO
registry-ok = registry ✓
registry-down = registry unreachable
registry-unknown = registry …
registry-not-joined = not joined
registry-clock-fast = clock is { $seconds } s fast
registry-clock-slow = clock is { $seconds } s slow
queued = queued { $count }
conflicts = { $count ->
    [one] 1 conflict
   *[other] { $count } conflicts
}
too-small = This window is { $columns }×{ $rows }. Keydesk needs at least 80×24: make it larger.
more-below = { $count } more
locks-in = locks in { $seconds } s
plug-which = Plug or pull which slot? { $slots }
who-operator = OPERATOR
who-person = THE PERSON
who-station = STATION

## Sign-in

sign-in-big = SIGN IN
sign-in-how = Put your own security key into a slot and press Enter.
sign-in-first = First time here? Press c and type the one-time code that you were given.
demo-sign-in = Demonstration: the operator's key is in slot { $slot }, its PIN is { $pin }. F2 touches whatever key is blinking.
demo-sign-in-agents = Demonstration: the keys of { $first } and { $second } are in slots 1 and 2, their PIN is { $pin }. W. Example has lost everything. F2 touches whatever key is blinking.
sign-in-keys = { $count ->
    [0] no key in the bay
    [one] 1 key in the bay
   *[other] { $count } keys in the bay
}
code-big = YOUR CODE
code-how = Type your one-time code. Your own key is enrolled next; from then on you sign in with it.
code-label = Code
lock-big = IN PROGRESS
lock-title = LOCKED
lock-how = An enrolment is in progress. The operator signs in to go on.
lock-other = Another operator signed in, so the enrolment in progress was stopped.

## Home

home-find = Find
home-placeholder = name, e-mail, employee or Chamber of Commerce number
home-people = { $count ->
    [0] nobody found
    [one] 1 person
   *[other] { $count } people
}
home-people-short = type two letters or more
home-people-more = first { $count }: type more
home-from-tickets = ! from tickets
home-searching = searching …
home-expected = Expected today
home-expected-none = nobody is expected today
home-bay = BAY
home-bay-empty = no key in the bay: plug one in
home-unfinished = { $count ->
    [one] 1 UNFINISHED: stopped at { $at }
   *[other] { $count } UNFINISHED: the oldest stopped at { $at }
}
home-conflicts = { $count ->
    [one] 1 CONFLICT: the registry refused a push
   *[other] { $count } CONFLICTS: the registry refused pushes
}
home-tickets = { $count ->
    [one] 1 ticket for today
   *[other] { $count } tickets for today
}
home-recent = LAST ENROLMENTS
home-recent-none = none yet
home-person = PERSON
home-loading = asking the station …
stage-begun = before the key answered
stage-pin-set = after the PIN was set
stage-made = after the key was written
stage-own-key = at a first sign-in
stage-withdrawal = while it was being withdrawn
stage-care = during a change

## Slots

slot-empty = –
slot-opening = asking …
slot-ready = ready
slot-reset = reset
slot-busy = at work
slot-u2f = U2F only: not usable
slot-no-permission = no permission: the station's udev rule is missing
slot-no-room = too many keys open: pull one
slot-failed = does not answer: pull it and put it back
slot-answers = firmware { $firmware }, { $pin }
slot-no-permission-at = no permission to open { $node }: install udev/70-keydesk.rules and add the user to the group keydesk
slot-no-room-for = { $limit } keys are open already: pull one
slot-system = the system does not open it; it says: “{ $reason }”. Plug it in again.
slot-broke = the station itself failed while it spoke to this key: plug it in again, and report it
slot-garbled = What was wrong with it: “{ $detail }”.
pin-none = no PIN
pin-set = PIN set
pin-set-tries = { $tries ->
    [one] PIN set, 1 try
   *[other] PIN set, { $tries } tries
}
pin-blocked = PIN blocked
pin-change = PIN must change
pin-unsupported = no PIN possible
pin-finger = fingerprint
slot-advisory = weakness

## A person's page

person-title = PERSON
person-email = E-mail
person-number = Employee number
person-number-short = no. { $number }
person-coc-short = CoC { $number }
person-organisation = Organisation
person-coc = Chamber of Commerce
person-kind = Kind
person-factors = Factors
person-identified = Identified at { $time }: { $how } ({ $operator }, { $station })
person-credentials = SECURITY KEYS
person-no-credentials = No security key yet.
person-enrolled = enrolled { $day }
person-tested = tested { $day }
person-never-tested = not tested since
person-model-maker = (attested)
person-model-said = (unattested)
person-serial = serial { $serial }
person-advice-standby = A main administrator should have two keys: one for daily use, one standby in a safe.
person-advice-first = This will be the first key. Advise a second one, kept elsewhere.
person-from-ticket = From a ticket: the registry cannot be reached, so what it holds now is not shown.
person-loading = fetching the page …

## Running

run-lend = LEND A KEY
run-enrol = ENROL A KEY
run-sign-in = SIGN IN
run-first-sign-in = FIRST SIGN-IN
run-resolve = UNFINISHED WORK
run-withdraw = WITHDRAW AN ENROLMENT
challenge-left = offer { $left } left
challenge-days = offer { $days ->
    [one] 1 day left
   *[other] { $days } days left
}
challenge-over = offer expired
stop-line = stop: { $leaves }
stop-sure = Esc again stops: { $leaves }
stop-any = any other key goes on
stopping = stopping …
wait-big = WAIT
wait-offer = The registry is asked what to make.
wait-identify = One moment.
wait-key = The key is asked who it is.
wait-check = The key is being checked.
wait-pin = The key is checking the PIN.
wait-create = The key is being made ready. Keep it in its slot.
wait-test = The key is being made ready for the test. Keep it in its slot.
wait-record = Being written to disk.
wait-push = The registry is verifying.
wait-stopping = The run is being stopped.
identify-big = WHO IS IT?
identify-how = Compare the document with the person and with the name here.
identify-served = { $operator } serves them at { $station } now. Identifying them here ends that visit: ask there first.
identify-which = Which document?
identify-method = By which method?
method-document = document, compared with the person
identify-four = { $document }: the last four characters
identify-enter = Enter confirms: this is { $name }
identify-wrong = Exactly four letters or digits.
choose-big = WHICH KEY?
choose-how = Choose by slot. Unsure: w makes the marked key blink, t lets a touch decide.
choose-wanted = That is another key. The one that is meant: { $model }.
choose-wanted-of = That is not a key of { $name }: take one of theirs.
insert-big = PUT KEY IN
insert-how = Put the key into any slot of the bay.
by-touch-big = TOUCH ONE
by-touch-how = Touch the key that is to be used. All keys in the bay are blinking.
winking = Slot { $slot } is blinking.
admit-big = USE IT?
admit-refused-big = NOT THIS
admit-how = Enter uses this key all the same.
new-pin-big = YOUR PIN
new-pin-how = Choose a PIN for this key and type it.
new-pin-again-big = AGAIN
new-pin-again-how = Type the same PIN once more.
new-pin-yours = The PIN is yours alone. Nobody here may see or know it.
new-pin-refused = The key refuses this PIN. Choose another, perhaps a longer one.
pin-rules-at = The key says that its rules are explained at { $url }.
pin-at-most = It takes at most { $max } characters.
new-pin-mismatch = The two were not the same. Start again with the first.
current-pin-big = YOUR PIN
current-pin-how = Type the PIN of this key.
current-pin-wrong = That was not the PIN of this key.
key-gone = The key in slot { $slot } is gone: put it back there.
look-away = Operator, please look away.
pin-length-min = at least { $min } characters
pin-length-enough = long enough
pin-too-short = Too short: at least { $min } characters.
pin-too-long = Too long: at most 63 characters, fewer with accents.
pin-common = Many people choose that one: it is tried first. Choose another.
pin-control = That character cannot be in a PIN.
pin-retries = { $retries ->
    [one] 1 attempt left. After it the key is blocked and must be reset.
   *[other] { $retries } attempts left
}
retest-big = TEST IT?
retest-how = This key is already enrolled for this person. Enter tests that it works; nothing is changed.
touch-again-big = TOUCH AGAIN?
touch-again-how = Nobody touched the key in time. Enter makes it blink once more.
touch-big = TOUCH SLOT { $slot }
touch-how = Touch the blinking key in slot { $slot }.
touch-test-how = Touch it once more: this proves that it works.
touch-blinking = blinking
touch-wait = not blinking yet
pulled-big = PUT BACK { $slot }
pulled-how = The key was pulled out. Put it back into slot { $slot }: it is checked again, and the run goes on.
cycle-big = PULL OUT { $slot }
cycle-how = Three wrong PINs in a row. Pull the key out of slot { $slot } and put it back.
pulled-other = Another key is in the slot: nothing is done to it.
pulled-key = It must be this key: { $model }.

## The end of a run

done-big = DONE
done-lent = { $name } has { $model } on loan until { $until }.
done-lent-told = { $name } and the administrators of the organisation are told of it.
done-lent-know = It ends by itself. The own key stays valid: use it as soon as it is there again.
done-lent-back = Bring this key back to the desk then.
done-enrolled = { $name } has a new key: { $model }.
done-retested = The key of { $name } works: { $model }.
done-tested = Made and tested here, with the person's own touch.
done-made-refused = { $model } was made for { $name }, and the registry refused it: it opens nothing.
done-made-waiting = { $model } was made for { $name }. It opens nothing until they take it at a desk.
done-accepted = The registry has verified it and holds it.
done-queued = The registry could not be reached: the result waits in the outbox and is sent by itself.
done-queued-factor = The registry could not be reached: it opens NOTHING until the outbox has sent it, which goes by itself.
done-queued-app = The registry could not be reached: it opens NOTHING until the outbox (F5) has sent it. Until then, stay signed in and leave the visit open.
done-conflict = The registry refused it: { $detail }
done-conflict-next = Open the outbox (F5) and resolve the conflict while the person is still here.
done-know = THE PERSON MUST KNOW
done-know-pin = The PIN is theirs alone. Nobody at the desk knows it or can look it up.
done-know-rdp = The key does not work through Microsoft's remote desktop (RDP).
done-know-lost = Lost it? Tell the help desk at once: a lost one opens nothing any more.
done-know-second = Lost it? Tell the help desk at once. Keep a second key elsewhere.
done-left = LEFT TO DO
done-left-nothing = Nothing.
left-standby = No standby key yet: a main administrator should have two.
done-left-standby = No standby key yet: a main administrator should have two. Press k to enrol it now.
done-left-queued = The outbox sends it when the registry answers. Nothing to do here.
done-left-queued-factor = Stay signed in, with the visit open, until the outbox (F5) is empty: after that, or after a day, it waits for its owner at a desk.
done-resolved = The unfinished work is closed.
done-withdrawn = The enrolment of { $name } is given up. They need another one.
stopped-big = STOPPED
stopped-what = WHAT HAPPENED
stopped-kept = WHAT WAS KEPT
stopped-next = WHAT TO DO
stopped-nothing-kept = Nothing was enrolled, and this left nothing to finish.

## Why a run stopped, and what to do

stop-cancelled = The run was stopped at this screen.
stop-cancelled-next = Start again whenever the person is ready.
stop-settled = It is settled already.
stop-settled-next = Nothing is left to do here. Esc leads back.
why-store = The system says: “{ $reason }”
trouble-refused = The connection was refused: nothing runs at that address, or something in between blocks it.
trouble-lost = The connection was cut off.
trouble-timed-out = No answer came in time.
trouble-unreachable = No way leads there from here: check the network cable, and the network.
trouble-name = No name server knows the name in the address: check the address, and the network.
trouble-permission = This program has no permission for that.
trouble-full = The disk is full.
trouble-not-found = It is not there any more.
trouble-random = The system gives no random numbers: restart the station.
trouble-broke = The program itself failed in the middle of it; what was done is in the journal.
stop-signed-out = Nobody is signed in any more.
stop-signed-out-next = Sign in and start again.
stop-not-allowed = This is not for your role.
stop-not-allowed-next = Ask a colleague who may do it, where one is named above.
stop-key-refused = This key cannot be used for this.
stop-key-refused-next = Take another key: the person's own, or for an enrolment one from stock.
stop-registry-refused = The registry refused.
stop-registry-refused-next = Look up again what this is about: it may have changed.
stop-unreachable = The registry cannot be reached, and no ticket helps here.
stop-unreachable-next = Wait for the line to come back, and start again. Tickets that were fetched ahead (F7) help with enrolments only.
stop-unanswered = The registry was asked, and its answer did not come: whether it was done is not known.
stop-unanswered-next = Do the same once more when the line is back: that finds out, and does nothing twice.
stop-offer-expired = The registry's offer has expired.
stop-offer-expired-next = Start again: a fresh one is fetched.
stop-store = This station could not write to its disk.
stop-store-next = Do not go on. Run "keydesk doctor" and call the station administrator.
stop-unproven = The key's answer does not verify.
stop-unproven-next = Put this key aside and take another one.
stop-key-gone = The key was pulled out.
stop-key-gone-next = Put it back and start again.
stop-key-replugged = The key was pulled out, and nothing shows that the one in the slot now is the same.
stop-key-replugged-next = Put the right key in and start again.
stop-open-elsewhere = The key holds a credential for this person that another desk may have made just now and not reported yet.
stop-open-elsewhere-next = Let the other desk finish, then try again; until then nothing is changed on the key.
stop-touch-timeout = Nobody touched the key in time.
stop-touch-timeout-next = Start again; the person touches it when it blinks.
stop-wrong-pin = That was not the PIN of this key.
stop-wrong-pin-next = Start again, or take another key.
stop-power-cycle-needed = Three wrong PINs in a row.
stop-power-cycle-needed-next = Pull the key out, put it back and start again.
stop-pin-blocked = Every attempt is used up: the PIN of this key is blocked.
stop-pin-blocked-next = Take another key. Only a reset revives this one, and it deletes everything on it.
stop-pin-refused = The key refuses this PIN.
stop-pin-refused-next = Start again with another, longer PIN.
stop-pin-too-simple = The key refuses this PIN as too simple. Its length is not why.
stop-pin-too-simple-next = Start again with another PIN: no row of digits or letters, no single one over and over.
stop-pin-too-long = The PIN is longer than this key takes.
stop-pin-too-long-next = Start again with a shorter PIN.
stop-excluded = The key is already enrolled for this person.
stop-excluded-next = Nothing is needed. Start again to test it.
stop-no-credential = This key holds no credential that fits.
stop-no-credential-next = Take the key that was enrolled.
stop-store-full = The key has no room for another credential.
stop-store-full-next = Take another key.
stop-unsupported = The key cannot do this.
stop-unsupported-next = Take another key.
stop-key-failed = The key failed.
stop-key-failed-next = Pull it out, put it back and start again. If it fails once more, put it aside.

## Why a sign-in failed, and what to do

door-code = The code is wrong, was used before, or has expired.
door-code-next = Type it once more. If it is refused again, ask the registry's administrator for a new one.
door-unknown = This key is no operator's.
door-own-key-next = Take your own key. First time here? Press c and type the one-time code that you were given.
door-revoked = This key was revoked: it signs nobody in.
door-revoked-next = Sign in with the key that took its place, or ask the registry's administrator for a code.
door-exists = This key is an operator's already.
door-exists-next = Sign in with it by Enter, or take another key for this code.
door-ended = The account of the operator whose key this is was ended.
door-ended-next = Ask the registry's administrator.
door-station = The registry does not take this station any more.
door-station-next = Call the station administrator: it has to join the registry again.
door-attempts = There were too many attempts.
door-attempts-next = Wait a few minutes, then start again.
door-refused = The registry refused the sign-in.
door-refused-next = Start again. If it happens once more, call the station administrator: the log of the station has the registry's words.
door-key = This key cannot sign an operator in.
door-not-joined = This station has not joined a registry.
door-not-joined-next = Call the station administrator: "keydesk station join" does that, with a code from the registry.
door-unreachable = The registry cannot be reached.
door-unreachable-next = Wait for the line to come back, then sign in.
door-wrong-pin-next = Start again with the PIN of this key, or take your own.
door-pin-blocked-next = Ask the registry's administrator for a code for another key.

## Notices

remark-cancelled = Stopped.
remark-signed-out = You were signed out: sign in again.
remark-not-allowed = This is not for your role.
remark-unreachable = The registry cannot be reached.
remark-registry-refused = The registry refused.
remark-busy = Something else is going on: finish or stop it first.
remark-store = This station could not write to its disk: call the station administrator.
remark-tickets-fetched = The tickets for today are here.
remark-no-tickets = Nobody is expected today, so there are no tickets.
remark-still-typed = What you typed is kept, and stands there when you ask again for { $name }.
leave-sure = This ends the visit with { $name }: the same key again goes on.
leave-sure-several = This ends { $count } visits that are open: the same key again goes on.
line-full = Too long: { $max } characters at most. The rest was left out.

## Outbox

outbox-title = OUTBOX
outbox-empty = Everything is at the registry. Nothing waits.
outbox-enrolment = enrolment
outbox-test = test
outbox-unlock = unlocked
outbox-queued = queued
outbox-conflict = CONFLICT
outbox-words = The registry's words:
outbox-retry-how = r sends it again: when the registry's reason is gone.
outbox-withdraw-how = x withdraws it and deletes the credential from the key, which must be here. The person then needs another enrolment.
outbox-withdraw-without-key-how = n withdraws it without the key. The record says that the credential stays on it.
outbox-withdraw-test-how = x withdraws it. The record stays.
outbox-queued-how = It is sent again by itself. p sends everything now.
withdraw-big = WITHDRAW?
withdraw-how = The enrolment of { $name } is given up. Have their key at hand: its credential is deleted next. They must enrol again. There is no way back.
withdraw-without-key-how = The enrolment of { $name } is given up without the key: a credential that opens nothing stays on it, and the record says so. They must enrol again. There is no way back.
withdraw-test-how = What the registry was to be told of { $name } is given up. Nothing on a key changes. There is no way back.
without-key-big = NO KEY?
without-key-how = The work for { $name } is closed without its key. Whatever may be on that key stays there, and the record says so. There is no way back.
give-up-type = Type { $name } to confirm
give-up-wrong = That is not the name above.

## Unfinished work

unfinished-title = UNFINISHED WORK
unfinished-empty = Nothing is unfinished.
unfinished-stage = stopped { $stage }
unfinished-begun-known = The station had begun. Whether it made a credential is not known.
unfinished-pin-known = It has the person's PIN. Whether it made a credential is not known.
unfinished-made-known = It holds a new credential, whose registration is on disk here.
unfinished-own-key-known = An operator had begun to enrol it. Whether it made a credential is not known.
unfinished-own-key-way = Safe way on: the operator puts the key into a slot; it stays if the registry knows it, and is deleted if not.
unfinished-withdrawal-known = Whether the credential of the enrolment that was given up was deleted from it is not known.
unfinished-withdrawal-way = Safe way on: put the key into a slot; the credential is deleted from it.
unfinished-care-known = The station was about to record: { $what }. Whether it was changed is not known.
unfinished-care-way = Safe way on: put the key into a slot; it is looked at, and what is so now is recorded.
unfinished-begun-way = Safe way on: put the key into a slot; it is looked at, and what is there is deleted or finished.
unfinished-made-way = Safe way on: put the key into a slot and test it; then it is enrolled and sent.
unfinished-without-key = The key is lost: n closes the work without it.
unfinished-key = { $model }, last in slot { $slot }

## Keys

keys-title = KEYS IN THE BAY
keys-firmware = firmware
keys-place = place
keys-aaguid = AAGUID
keys-serial = serial
keys-versions = speaks
keys-pin = PIN
keys-room = room for
keys-room-credentials = { $count ->
    [one] 1 more credential
   *[other] { $count } more credentials
}
keys-algorithms = algorithms
keys-min-pin = at least { $min } characters
keys-unknown = not stated

## What a key says of itself

portrait-model = model
portrait-slot = slot
portrait-slot-at = { $slot }, { $place }
portrait-serial = serial
portrait-firmware = firmware
portrait-device = device version
portrait-aaguid = AAGUID
portrait-certified = certified
portrait-certified-listed = { $level } (list of models)
portrait-speaks = speaks
portrait-transports = transports
portrait-pin = PIN
portrait-pin-bounds = { $state }; { $min } to { $max } characters
portrait-pin-protocols = PIN protocols
portrait-complexity = simple PINs
portrait-complexity-on = refused
portrait-complexity-off = taken; the key could refuse them
portrait-complexity-url = refused, see { $url }
portrait-uv = own verification
portrait-uv-retries = { $state }; { $retries ->
    [one] 1 try
   *[other] { $retries } tries
} left
portrait-fingerprints = fingerprints
portrait-ready-unsupported = not possible
portrait-ready-not-set = possible, not set up
portrait-ready-set = set up
portrait-always-uv = always verifies
portrait-yes = yes
portrait-no = no
portrait-credentials = credentials
portrait-credentials-room = keeps discoverable ones, room for { $count } more
portrait-credentials-yes = keeps discoverable ones
portrait-credentials-no = cannot keep discoverable ones
portrait-management = listing them
portrait-management-none = not possible
portrait-management-preview = with the preview's commands
portrait-management-standard = possible
portrait-attestation = attestation
portrait-enterprise = enterprise
portrait-algorithms = algorithms
portrait-extensions = extensions
portrait-options = options
portrait-config = settings
portrait-config-none = no authenticatorConfig
portrait-reset = reset
portrait-reset-touch = with a touch
portrait-reset-long = with a long touch: 5 seconds, up to 10 on older firmware
portrait-reset-none = none, over whatever connection
portrait-reset-over = { $how }, over { $transports }
portrait-limits = sizes
portrait-limit-message = message { $bytes } bytes
portrait-limit-list = { $count } credentials in a list
portrait-limit-id = credential id { $bytes } bytes
portrait-limit-large-blob = large blobs { $bytes } bytes
portrait-limit-cred-blob = credBlob { $bytes } bytes
portrait-limit-rp-ids = { $count } RP ids may read the PIN minimum
portrait-unstated = not stated
portrait-u2f = speaks U2F only: cannot be used
modality-touch = presence
modality-finger = fingerprint
modality-passcode = PIN on the key
modality-voice = voice
modality-face = face
modality-location = location
modality-eye = eye
modality-pattern = drawn pattern
modality-hand = hand
oddity-nothing = nothing unusual
oddity-u2f-only = speaks U2F only: cannot be used, take a FIDO2 key
oddity-no-model = states no model: its AAGUID is all zero
oddity-unknown-model = a model that this station does not know
oddity-pin-blocked = the PIN is blocked: only a reset helps, which deletes everything on it
oddity-few-retries = { $retries ->
    [one] only 1 PIN attempt left
   *[other] only { $retries } PIN attempts left
}
oddity-pin-change = the PIN must be changed before it opens anything
oddity-no-pin = no PIN yet: set one before it is handed out
oddity-no-verification = can verify nobody: no PIN and no verification of its own
oddity-uv-blocked = its own verification is blocked until the PIN is entered
oddity-no-fingerprint = has a sensor, and no finger is enrolled
oddity-store-full = no room for another credential
oddity-store-nearly-full = { $free ->
    [one] room for only 1 more credential
   *[other] room for only { $free } more credentials
}
oddity-not-discoverable = cannot keep discoverable credentials
oddity-no-management = what it holds cannot be listed or deleted, but for a reset
oddity-preview = speaks a preview of CTAP 2.1: old firmware
oddity-no-es256 = does not offer ES256, which every relying party takes
oddity-always-uv = always asks for the PIN or a finger
oddity-enterprise = gives relying parties that may ask what identifies this very key
oddity-long-touch = a reset takes a long touch: 5 seconds, up to 10 on older firmware
oddity-no-reset = says that it takes no reset, over whatever connection
oddity-no-usb-reset = takes no reset over USB, only over { $over }
oddity-own-verification = its PIN makes and uses no credential: that takes its own verification
oddity-min-pin = its PIN must have at least { $length } characters
oddity-short-pins = takes PINs of at most { $length } characters
oddity-no-touch = says that it cannot be touched
oddity-platform = says that it is part of a device, though it is plugged in
oddity-not-usb = does not name USB among its transports, though it is plugged in
oddity-small-messages = takes messages of { $bytes } bytes only, less than FIDO2 demands
oddity-no-permissions = speaks CTAP 2.1 without the tokens that CTAP 2.1 demands
oddity-odd-members = what it says of { $members } is not as FIDO2 has it, and was passed over
oddity-unknown-members = { $count ->
    [one] says 1 thing that this release does not know
   *[other] says { $count } things that this release does not know
}

## Care of a key

step-sign-touched = touch only
step-exclude = no second
step-clean = clean
test-took = { $took } ms
test-took-usual = { $took } ms, usually { $usual } ms
test-skipped = not done: { $why }
test-failed = FAILED: { $why }
verdict-works = The key works.
verdict-works-slowly = The key works, but far slower than its model usually is.
verdict-works-unverified = The key works. Without a PIN nobody can be verified: set one before it is handed out.
verdict-fails = The key does not work as it should: do not hand it out.
works-for = The key works for { $person }.
note-no-pin = none on this key
note-oddities = { $count ->
    [0] nothing unusual
    [one] 1 unusual thing
   *[other] { $count } unusual things
}
care-test = TEST A KEY
care-test-for = DOES IT WORK?
wait-sign-touched = The key is being made ready. Keep it in its slot.
wait-exclude = The key is being made ready. Keep it in its slot.
wait-clean = What the test left is being looked for.
touch-more-how = Touch it once more, in slot { $slot }.
stop-pin-change-needed = The key demands a new PIN first.
stop-pin-change-needed-next = Change its PIN, then start again.
step-finger = finger
step-change = write
step-read-back = read
wait-finger = The sensor is being made ready.
wait-change = The key is being changed. Keep it in its slot.
wait-read-back = The key is being read.
note-held = { $count ->
    [one] 1 on the key
   *[other] { $count } on the key
}
care-set-pin = SET A PIN
care-change-pin = CHANGE THE PIN
care-verify-pin = CHECK THE PIN
care-check-return = A KEY COMES BACK
care-configure = SETTINGS
care-credentials = WHAT IT HOLDS
care-fingerprints = FINGERPRINTS
did-tested = tested: { $verdict }
did-pin-set = PIN set, chosen by the person
did-pin-set-random = random PIN set and handed over
did-pin-changed = PIN changed, chosen by the person
did-pin-changed-random = PIN changed to a random one and handed over
did-configured = setting: { $setting }
did-enrolled = enrolled for { $name }
did-tested-for = tested: it signed for { $name }
did-reset = reset
did-reset-of = reset; that ended the enrolment of { $names }
did-credential-deleted = deleted: { $what }
did-credential-renamed = renamed: { $what }, now { $name }
did-finger-added = fingerprint added: { $name }
did-finger-renamed = fingerprint named: { $name }
did-finger-removed = fingerprint removed: { $name }
did-nothing = Nothing was changed.
did-pin-verified = That is the PIN of this key; { $retries ->
    [one] 1 attempt
   *[other] { $retries } attempts
} left.
no-name = without a name
credential-at = { $name } at { $rp }
setting-min-pin = PINs of at least { $length } characters
setting-min-pin-readable = PINs of at least { $length } characters, readable by { $rps }
setting-force-pin = the PIN must be changed at next use
setting-always-uv-on = always asks for the PIN or a finger
setting-always-uv-off = asks for the PIN or a finger only when told to
setting-enterprise = enterprise attestation
setting-long-touch = a reset takes a long touch: 5 seconds, up to 10 on older firmware
setting-complexity = refuses simple PINs
sample-good = good
sample-too-high = the finger lay too high
sample-too-low = the finger lay too low
sample-too-left = the finger lay too far left
sample-too-right = the finger lay too far right
sample-too-fast = too fast
sample-too-slow = too slow
sample-poor = the picture was poor: dry or wet finger?
sample-askew = the finger lay askew
sample-short = the touch was too short
sample-unlike = it did not fit the ones before: the same finger?
sample-exists = this finger is enrolled already
sample-full = no room for another finger
sample-no-finger = no finger came
sample-not-lifted = lift the finger in between
sample-other = not good, for a reason that the key does not explain
letter-title = The PIN of your security key
letter-for = Key: { $model }
letter-serial = Serial number: { $serial }
letter-made = Made at { $station } on { $day }
letter-yours = This PIN is yours alone. Nobody at the desk knows it, and nobody can look it up.
letter-pin = PIN
letter-change = Change it when you first use the key. Keep it apart from the key.
letter-tries = After eight wrong attempts at the most the key blocks its PIN and must be reset.
letter-destroy = For the desk: print this letter once, seal it, and destroy the file.
stop-strands = This would lock somebody out.
stop-strands-next = Nothing was deleted. The line below says whose it is and who may do it.
key-noted = the person has it
key-test = test
key-returned = came back
key-pin = PIN
key-random-pin = random PIN
key-verify-pin = check the PIN
key-credentials = credentials
key-fingers = fingers
key-settings = settings
key-remove = remove
key-rename = name
key-add-finger = add a finger
key-keep = leave it
key-page-loading = asking the key …
key-page-unusual = UNUSUAL
key-page-says = THE KEY SAYS
key-page-history = HISTORY
key-page-history-none = Nothing was done to it at this station yet.
key-page-history-place = This model has no serial number: what was done to keys like it in this slot.
settings-big = WHICH?
settings-how = Mark a setting and press Enter. Only a reset takes most of them back.
settings-none = There is nothing on this key that could be set.
settings-sure-big = NO WAY BACK
settings-sure-how = Enter sets this. Only a reset of the key takes it back.
credentials-big = IT HOLDS
credentials-how = Mark one to name or remove it; Enter when done.
credentials-room = room for { $count } more
credentials-none = The key holds no discoverable credential.
stake-operator = the operator's own
stake-unknown = somebody in the registry
stake-nobody = nobody in the registry
fingers-big = FINGERS
fingers-how = a adds a finger. Mark one to name or remove it; Enter when done.
fingers-none = No finger is enrolled on this key.
name-label = New name
remove-big = REMOVE?
remove-how = Enter removes it. There is no way back.
see-pin-how = This is the PIN. It is shown once: note it or learn it, then press Enter.
see-pin-next = It is written to the key only then.
finger-big = FINGER { $slot }
finger-how = Lay the finger on the key in slot { $slot }.
finger-more = { $count ->
    [one] Once more: lift the finger and lay it on again.
   *[other] { $count } more times: lift the finger and lay it on again.
}

# Resetting a key
run-reset = RESET A KEY
step-confirm = confirm
step-reset = reset
step-empty = look
stage-reset = while the key was being reset
leaves-reset = the key is empty; see unfinished work
leaves-may-be-reset = the key may be empty; see unfinished work
remains-reset = The key was reset: nothing on it works any more. Unfinished work has it.
remains-may-be-reset = The key may have been reset, or may be as it was. Unfinished work has it.
recorded-may-be-reset = The key may have been reset. The record says so.
note-losses = { $count ->
    [0] nobody is enrolled on it
    [one] 1 enrolment will be lost
   *[other] { $count } enrolments will be lost
}
note-confirmed = confirmed
note-reset = done
note-empty = the key is empty
key-reset = reset
wait-reset = The key is being reset.
wait-empty = The key is being looked at: is it empty?
wait-confirm = What will be lost is being looked up.
reset-case-big = WHY?
reset-case-how = Somebody loses this key. Say why it is reset and who asked for it; Enter goes on.
reset-case-reason = Reason
reset-case-ticket = Ticket number
reset-case-requested-by = Asked for by
reset-case-wrong = All three are needed.
reset-sure-big = ALL LOST
reset-sure-how = Everything on this key is lost for ever. There is no way back.
reset-lost = { $name } · enrolled { $day }
reset-unsure = Not sure: { $name } · enrolled { $day } on a key of this number. This one does not show it, so it is not ended.
reset-silent = The key does not say what it holds: somebody may be enrolled on it who is not named here.
reset-lost-other = { $account } at { $rp }
reset-lost-nobody = Nobody is enrolled on it, as far as station and registry know.
reset-lost-besides = Its PIN, its fingerprints, and whatever other sites keep on it.
reset-pull-how = Pull the key out of slot { $slot }, and keep it in your hand.
reset-put-how = Put it back into slot { $slot }. It then takes a reset for { $seconds } seconds.
reset-window-how = Is it the same key? It takes the reset for so many seconds more.
reset-touch-how = Touch the key in slot { $slot }: then it is empty.
reset-hold-big = HOLD { $slot }
reset-hold-how = Lay a finger on the key in slot { $slot } and hold it until the key answers: { $seconds } seconds, up to { $most } on older firmware.
reset-holding = held for { $seconds } s
reset-again-too-late = It came too late after the plug: the key takes a reset for a few seconds only. Nothing was changed.
reset-again-untouched = Nobody touched the key in time. Nothing was changed.
reset-again-pulled = The key was pulled too early. It still holds what it held.
reset-again-other-key = That was another key, or somebody was enrolled on it meanwhile. Nothing was changed on it.
done-reset = The key was reset and is empty: { $model }.
done-reset-told = The registry refuses what was on it from now on.
done-reset-queued = The registry will be told as soon as it can be reached.
done-reset-unsure = The enrolment of { $name } was not shown by this key and stays: have their key tested.
done-reset-lost = { $name } needs another enrolment.
outbox-reset = key reset
unfinished-reset-known = Whether it was reset is not known.
unfinished-reset-way = Safe way on: put the key into its slot; it is looked at, and reset if it is not empty.
credential-gone = gone since { $day }
## Batches

batch-title = BATCHES
batch-no-folder = The station's configuration names no folder with profiles. Write profiles = "FOLDER" into it; see assets/examples/batch.toml for a profile.
batch-none = There is no profile in { $folder }. Put one there, e.g. assets/examples/batch.toml.
batch-choose = Which profile? Enter shows what it would do before anything begins.
batch-open = Stopped: { $name }, { $done } of { $wanted } done
batch-open-how = Enter takes it up again where it was; what is done is not done again. On its board, e ends it.
batch-choose-list = For whom? Choose a list of people.
batch-no-list = There is no list of people in { $folder }. Put one there: one identifier a line, or CSV with the columns person and identified_by.
batch-people = { $count ->
    [one] 1 person
   *[other] { $count } people
}
batch-statement-how = The list does not say how these people were identified. State what it is for; it stands in every record.
batch-statement = Statement, e.g. standby keys for safe 3
batch-looking = Looking at the keys in the bay …
batch-forecast-how = { $taking } of { $keys } keys in the bay would take part. Nothing has been changed. Enter begins.
batch-each = each key: touches { $touches }, PINs { $pins }, tags { $tags }
batch-whole = in all: touches { $touches }, PINs { $pins }
batch-lost = would be lost: { $what }
batch-step-test = test
batch-step-reset = reset
batch-step-policy = settings
batch-step-pin = PIN
batch-step-enrol = enrol
batch-step-tag = tag
batch-step-label = label
batch-step-force-change = force change
board-done-of = { $done } of { $wanted } done
board-done = { $done } done
board-skipped = { $count } skipped
board-touches-of = touches { $count } of { $all }
board-touches = touches { $count }
board-pins-of = PINs { $count } of { $all }
board-pins = PINs { $count }
board-touch-large = TOUCH { $slots }
board-touch-how = Touch the keys that blink: { $slots }.
board-stopped-how = { $count ->
    [one] 1 key stopped: r tries it again, s skips it, or put another key in.
   *[other] { $count } keys stopped: r tries one again, s skips it, or put another key in.
}
board-working = The keys are at work.
board-next-key = Put in the next keys; take out those that are done.
board-over = It is over: take the keys out. Enter leaves the board.
board-admit = Keys like this one have warnings. Take them? Asked once for all of them.
board-tag = Tag
board-tag-how = Type or scan the tag of the key in slot { $slot }. It blinks.
board-tag-form = One line of at most 100 characters.
board-tag-taken = Another key has this tag.
board-not-needed = not needed
board-at-work = at work
board-touch = TOUCH NOW { $nth }/{ $of }, turn { $turn }
board-hold = HOLD { $seconds }–{ $most } s, turn { $turn }
board-whose = slot { $slot } · { $person }
board-pull = PULL IT OUT
board-put-back = PUT IT BACK ({ $seconds } s)
board-pin-now = PIN: now
board-pin-turn = PIN: turn { $turn }
board-tag-now = tag: now
board-tag-turn = tag: turn { $turn }
board-pulled = put it back
board-skipped-key = skipped: take it out
board-take-out = done: take it out
board-take-out-label = done: { $label }
board-left = Left the batch
board-end-sure = e once more ends the batch: what is at work is stopped, and no key joins it any more.
key-start = begin
key-skip = skip
key-abort = stop key
key-pause = stop for now
key-end-batch = end
key-batch = batches
remark-batch-complete = The batch is complete.
remark-batch-ended = The batch is over.
remark-batch-paused = The batch is stopped for now: F8 takes it up again.

# Authenticator apps and hardware tokens.
step-prove = proof
step-secret = secret
step-code = code
leaves-on-phone = the phone may keep an entry that opens nothing
leaves-may-be-assigned = the registry may list the token; see unfinished work
leaves-account-reset = the account is reset: nothing opens it
leaves-may-be-account-reset = the account may be reset; see unfinished work
remains-on-phone = The phone may hold an entry "IAMconnected" whose codes open nothing. The person should delete it from the app.
remains-on-new-phone = The new phone may hold an entry "IAMconnected" whose codes open nothing: the person deletes it there. The old phone stays in force: its entry must stay.
old-app-stays = The old app stays in force until the registry has taken the new one: its entry on the old phone must stay.
remains-may-be-assigned = The registry may list the token as this person's. It is listed under unfinished work.
remains-account-reset = The account is reset: all that opened it was deleted.
remains-account-kept = From this desk nothing of the account was deleted.
remains-may-be-account-reset = The account may be reset. It is listed under unfinished work.
recorded-may-be-assigned = The registry may list the token as this person's. The record says so.
recorded-may-be-account-reset = The account may be reset. The record says so.
stage-app = before the code was right
stage-token = while the token was assigned
stage-person = while the account was reset
outbox-app = app
outbox-removal = removal
outbox-tokens = tokens
outbox-withdraw-app-how = x withdraws it. The entry on the phone then opens nothing: the person should delete it and needs another enrolment.
unfinished-app-known = It may have scanned the secret, which cannot be shown again. Its code has not been checked.
unfinished-app-way = Safe way on: type the code that the phone shows; if it is right, the app is enrolled and sent.
unfinished-app-undo = No phone, or no code: n ends the work. An entry on the phone then opens nothing and should be deleted.
unfinished-new-phone-undo = No new phone, or no code: n ends the work. The entry on the new phone is then deleted; the one on the old phone stays in force.
unfinished-token = Token { $serial }
unfinished-token-known = Nothing on it has changed.
unfinished-token-way = Safe way on: the registry is asked again, and what it says is recorded.
unfinished-token-undo = n closes the work without asking. The record says that the registry may list the token.
unfinished-person = { $count ->
    [one] One key, app or token
   *[other] { $count } keys, apps and tokens
}
unfinished-person-known = Its reset was confirmed. Whether it was carried out is not known.
unfinished-person-registry = It was asked to delete all that opens the account. Whether it did is not known.
unfinished-person-way = Safe way on: the registry is asked how the reset stands, and its answer is recorded. Nothing is deleted by that.
unfinished-person-undo = n closes the work without asking. The record says that the account may be reset.
app-job-enrol = ENROL AN APP
app-job-both = ENROL A KEY AND AN APP
app-job-test = TEST AN APP OR TOKEN
app-job-replace = REPLACE AN APP
app-job-remove = REMOVE AN APP OR TOKEN
app-job-assign = GIVE OUT A TOKEN
done-app-enrolled = { $app } of { $name } is enrolled: its first code was right.
done-app-tested = { $app } of { $name } works.
done-app-tested-drift = { $app } of { $name } works. Its clock is about { $seconds } s off; the registry remembers that.
done-app-removed = { $app } of { $name } is removed: its codes open nothing any more.
done-app-removed-queued = { $app } of { $name } is given up. Its codes open things STILL, until the registry hears of it.
done-app-removed-conflict = { $app } of { $name } is not removed: the registry refused that.
done-app-replaced = { $app } of { $name } is enrolled in the place of { $old }: codes of { $old } open nothing any more.
done-app-beside = { $app } of { $name } was set up: its first code was right. { $old } stays in force until the registry has taken it.
done-token-assigned = Token { $serial } is now a factor of { $name }: its code was right.
note-proved-app = proved with { $name }
note-proved-key = proved with a key
note-sealed = made and sealed to the registry
wait-prove = Waiting for the registry to check the proof.
wait-secret = Making the secret.
wait-secret-over = The time for this secret is over. In a moment it can be shown again.
wait-code = Examining the code.
verdict-right = right
verdict-used = right, but used already
verdict-fast = the clock that made it is { $span } fast
verdict-slow = the clock that made it is { $span } slow
verdict-other = right for another entry: { $name }
verdict-other-removed = right for an entry that was removed: { $name }
verdict-misread = a digit was misread
verdict-next-needed = wrong; the next code is needed
verdict-no-match = wrong
leaves-app-unknown = whether the app is enrolled, unfinished work will say
leaves-not-assigned = the token stays in stock
remains-app-unknown = Whether the app is enrolled is not known. Look at unfinished work and the outbox before its entry is deleted from the phone.
remains-not-assigned = The token is still in stock.
stop-wrong-codes = None of the codes was right.
stop-wrong-codes-next = See to the phone's clock (set automatically), then start again.
app-name-big = ITS NAME?
app-name-how = Enter calls the new app { $suggested }. Or type another name, e.g. that of the phone.
app-name-line = Name
scan-how = Open the authenticator app, add an account and scan this code. Then type or read out the { $digits } digits that it shows.
scan-left = leaves the screen in { $left }
scan-no-room = This window is too small for the QR code. Make it larger, or type the secret by hand:
hand-how = In Google Authenticator: +, then "Enter a setup key". Type this; capitals and spaces do not matter.
hand-account = Account
hand-secret = Key
hand-type = Type
hand-type-time = time based: { $algorithm }, { $digits } digits, { $period } s
hand-then = Then type or read out the { $digits } digits that the app shows.
totp-code-big = THE CODE
code-new-how = Type or read out the { $digits } digits that the app shows for { $name }.
code-factor-how = Type or read out the digits that { $name } shows.
code-token-how = Press the button of token { $serial } and type the digits that it shows.
code-enter = Enter when all digits are there.
next-code-big = NEXT CODE
next-code-how = That was not right. Wait until another code is shown and type that one: it tells why.
code-form = A code has 6 to 8 digits.
code-wrong-used = That code was used already: wait for the next one.
code-wrong-misread = One digit was wrong, or two were swapped: type it again.
code-wrong-next = That was not right: type the code that follows it.
code-wrong-clock-fast = The phone's clock was { $offset } fast.
code-wrong-clock-slow = The phone's clock was { $offset } slow.
code-wrong-other = That was the code of { $name }. Choose the newest { $account } entry in the app.
code-wrong-none = That code fits nothing. Is it the entry that was just scanned?
advice-clock-big = CLOCK
advice-clock-fast = The app is the right one, but the phone's clock is { $offset } fast. Set it right now, or the codes will fail at home.
advice-clock-slow = The app is the right one, but the phone's clock is { $offset } slow. Set it right now, or the codes will fail at home.
advice-android = Android
advice-android-how = Google Authenticator: menu → Settings → Time correction for codes → Sync now.
advice-iphone = iPhone
advice-iphone-how = Settings → General → Date & Time → Set Automatically on. Restarting the phone may help.
advice-then = Then press Enter and type the new code.
advice-used-big = USED
advice-used = The code is right, but it was used already. Wait for the next one.
advice-other-big = OTHER ONE
advice-other = That is the code of another entry on this phone: { $name }, enrolled { $day }.
advice-other-removed = It opens nothing any more: it was removed. Delete it from the app, so that nobody takes it for the new one.
advice-other-next = Take the other entry of that name in the app: the newest one is usually the last.
advice-misread-big = MISREAD
advice-misread = One digit differs from the right code, or two are swapped. Read the code again, slowly.
advice-none-big = NO MATCH
advice-none = The codes fit neither this account nor any clock within a day.
advice-none-new = After Enter the QR code is here again: delete the entry from the app then, and scan it anew.
advice-none-known = Is it the right phone, and the right entry in the app? If the app is new, it must be enrolled again.
advice-station-fast = This station's own clock is { $offset } fast. Codes are checked by the registry's, so this is about the phone; tell the administrator.
advice-station-slow = This station's own clock is { $offset } slow. Codes are checked by the registry's, so this is about the phone; tell the administrator.
offset-seconds = { $count ->
    [one] 1 second
   *[other] { $count } seconds
}
offset-minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
offset-hours = { $hours } h { $minutes } min
show-again-big = ONCE MORE?
show-again-how = The code was on the screen long enough and has left it. Enter shows it again.
choose-factor-big = WHICH ONE?
choose-factor-test = Which app or token is to be tested?
choose-factor-prove = Which one can the person still use? It proves who they are.
choose-factor-replace = Which one does the new app take the place of?
choose-factor-remove = Which one is no longer needed?
choose-factor-key = a security key
choose-factor-none = This person has no app and no token.
remove-factor-big = REMOVE?
remove-factor-how = x removes { $name }. Its codes open nothing from then on.
remove-factor-left = Left: { $names }
remove-factor-keys = Left: the security keys
token-serial-big = WHICH ONE?
token-serial-how = Type or scan the serial number that is printed on the token.
token-serial-line = Serial number
token-serial-wrong = That can't be a serial number.
factor-token = token { $serial }
factor-named-token = { $name }, { $serial }
factor-removed = removed { $day }
factor-at = at { $station }
person-apps = APPS AND TOKENS
person-no-apps = No authenticator app yet.
person-no-factor = No factor yet: MFA must be set up before anything can be opened.
done-factor-delete = Delete the entry from the app, so that nobody takes it for another one.
done-factor-stock = The token is back in stock.
done-removed-accepted = The registry takes no code of it any more.
done-know-old = Delete the entry from the old phone, so that nobody takes it for the new one.
done-know-app = The codes change every 30 seconds. Nobody at the desk ever asks for them by phone or mail.
done-know-phone = Phone lost? Tell the help desk at once. A new one? Come back with the old: it proves who they are.
done-app-failed = The key is enrolled. The app is not: { $why }
key-enrol-key = key
key-enrol-app = app
key-enrol-both = both
key-replace = replace
key-assign = assign token
key-by-hand = can't scan?
key-show-code = QR code
key-invert = light/dark
key-show-again = show it
key-check = check
key-with-key = a key instead
key-next-code = next code
key-this-one = this one
leaves-app-recorded = the app is enrolled; the outbox sends it
leaves-unchanged = nothing is changed
advice-station-unknown = The registry was not reached, so codes are checked by this station's own clock: look at that one first.
person-choice-desk = Keys and apps for them are given out at the help desk.
person-choice = Enrol: ⏎ a key · a an app · b both, in one visit · e when they go
strands-factor-next = Enrol another factor first, from the person's page. Without one it is a reset: the words above say who may do that.
stopped-unchanged = Nothing was changed, and this left nothing to finish.
factor-here = here

# Both sides of unfinished work

unfinished-on-key = Key: { $what }
unfinished-on-phone = Phone: { $what }
unfinished-on-token = Token: { $what }
unfinished-on-account = Account: { $what }
unfinished-token-registry = It was asked to give this person the token. Whether it did is not known.
unfinished-at-registry = Registry: { $what }
unfinished-untold = It was told nothing of this and holds nothing of it.
unfinished-own-key-registry = Whether it took the new key is not known.
unfinished-withdrawal-registry = It refused the enrolment, and hears through the outbox that it is given up.
unfinished-care-registry = It has no part in this.
unfinished-held = It still holds the enrolment of { $names }, and is told once that is gone.
unfinished-held-nobody = It holds nothing of this key.
unfinished-deletion-known = Whether { $what } was deleted is not known.
unfinished-deletion-way = Safe way on: put the key into a slot; what is still there is deleted, and the registry is told.
unfinished-deletion-without-key = The key is lost: n closes the work without it, and the registry refuses the credential from then on.
unfinished-reset-without-key = The key is lost: n closes the work without it. The registry goes on holding what it holds.

## Deleting an enrolled credential

stage-deletion = while it was being deleted
leaves-deleted = the credential is gone from the key; see unfinished work
leaves-may-be-deleted = the credential may be gone from the key; see unfinished work
remains-deleted = The credential is gone from the key, and the registry does not know yet. Unfinished work has it.
remains-may-be-deleted = The credential may be gone from the key, while the registry holds it. Unfinished work has it.
recorded-may-be-deleted = The credential may be gone from the key. The record says so.
outbox-withdrawal = withdrawal
deletion-case-how = Somebody is enrolled with this credential. Say why it is deleted and who asked for it; Enter goes on.
deletion-sure-big = LOCK OUT?
deletion-sure-how = This enrolment ends for ever. There is no way back.
deletion-lost = { $name } at { $rp } · enrolled { $day }
deletion-last = It is their only factor: they cannot log in until they have enrolled anew.
deletion-others = { $count ->
    [one] They keep another factor.
   *[other] They keep { $count } other factors.
}
deletion-told = The registry refuses the credential from now on. Whoever lost it needs another enrolment.
deletion-queued = The registry will be told as soon as it can be reached. Whoever lost the credential needs another enrolment.

## What a dry run says of a key

unfit-pin-unknown = it has a PIN that nobody here knows: take a new key, or put a reset into the profile
unfit-pin-unwanted = it has a PIN, and the profile leaves keys without one: put a reset into the profile
unfit-not-needed = the list is done before this key: it is not needed
taken-credentials = every credential on it, also those of other services
taken-pin = its PIN
taken-fingerprints = its fingerprints

app-job-accept = TAKE WHAT WAITS
key-accept = take what waits
insert-proof = Put in a key that { $name } has already: it proves who they are.
act-lend = { $signer } stands by it that { $person } of { $organisation } (identified: { $how }), who left their key elsewhere, is lent one by { $operator }: for { $days ->
    [one] 1 working day
   *[other] { $days } working days
}, until { $until }.
act-lend-head = { $signer } stands by it that somebody is lent a key:
act-lend-whom = To whom
act-lend-end = Ends
act-lend-by = Served by
act-lend-until = after { $days ->
    [one] 1 working day
   *[other] { $days } working days
}, on { $until }
act-vouch = { $signer } signs with their own key: { $person } of { $organisation } lost all factors and may get new ones, from { $operator }.
act-change-own = { $signer } signs with their own key: what opens their account may be changed in this visit, by { $operator }.
act-ask-reset = { $signer } asks with their own key:
act-release-reset = { $signer } releases with their own key what { $asked_by } asked for:
account-reset-deletes = all that opens the account of { $person } ({ $id }, { $organisation }) is deleted: { $factors }.
account-reset-others = and { $count } others
act-ask-reset-head = { $signer } asks, and signs with their own key: all that opens this account is deleted.
act-release-reset-head = { $signer } releases, and signs with their own key, what { $asked_by } asked for: all that opens this account is deleted.
account-reset-account-label = Account
account-reset-factors-label = Deleted
account-reset-why-label = Why
account-reset-identified-label = Identified
account-reset-looked = { $how }, seen by { $by } at { $station }, { $at }
account-reset-seen-by-nobody = By whoever carries it out, when the person is at a desk.
account-reset-who-big = WHO RELEASES
account-reset-who-how = Which agent has come to release it? They sign with their own key; you stay signed in.
account-reset-which-big = WHICH
account-reset-which-sign = For which of them does the administrator ask?
account-reset-which-object = To which of them do they object?
account-reset-object-big = OBJECT?
account-reset-object-how = { $name } objects: this reset is over then, and an alarm tells of it. It is done once, and there is no way back.
account-reset-below = { $count } more lines below
account-reset-above = { $count } more lines above
account-reset-refuses = Nothing was typed: Enter once more refuses the reset.
account-reset-remark-how = Why: { $why }. What else must whoever decides know? Both lines may stay empty.
account-reset-ticket-long = A ticket's number has { $max } characters at most.
insert-own = { $signer }: put your own key into any slot of the bay.
choose-own = { $signer }: which one is your own key? Unsure: w makes the marked key blink.
waits-carried-out = Waits for what is enrolled now.
account-reset-of-nothing = nothing is left of it
account-reset-why = Why: { $why }.
account-reset-remark = Whoever asked writes: “{ $remark }”
account-reset-ticket = Ticket number { $ticket }.
account-reset-identified = Identified by { $how }: { $by } looked, at { $station }, { $at }.
account-reset-lost = everything is lost
account-reset-stolen = it was stolen
account-reset-broken = it is broken
account-reset-pin-gone = the PIN is not known, or blocked
account-reset-new-phone = a new phone, and the old one is gone
account-reset-suspected = somebody else may have it
run-prepare-reset = ASK THE ADMINISTRATORS
run-ask-reset = ASK FOR A RESET
run-release-reset = RELEASE A RESET
run-sign-reset = ASK AS ADMINISTRATOR
run-object-reset = OBJECT TO A RESET
run-carry-out-reset = RESET THE ACCOUNT
account-reset-why-big = WHY?
account-reset-why-how = Why is a reset of the whole account needed?
account-reset-remark-label = Besides
account-reset-ticket-label = Ticket no.
account-reset-ask-big = IS IT SO?
account-reset-release-big = RELEASE?
account-reset-last-name = Last name, to release (empty and Enter twice refuses):
account-reset-wrong-name = That is not the last name of the person above.
account-reset-carry-out-big = ALL DELETED
account-reset-carry-out-asked = { $asked_by }, an administrator of the organisation of { $person }, asked for it. All of this is deleted; there is no way back.
account-reset-carry-out-how = { $asked_by } asked, { $released_by } released: all that opens the account of { $person } is deleted now, for ever:
account-reset-waiting = { $name } waits for its owner: a key that was made ahead. With it no reset may be needed.
account-reset-used = { $name } was last used on { $day }.
account-reset-unused = { $name } was never used.
account-reset-earlier = A reset was asked for on { $day } by { $by } ({ $why }): { $state }.
account-reset-earlier-by = { $state } by { $by }
account-reset-earlier-beside = { $state } by { $by }, says { $desk }: nothing was signed
account-reset-put = It was put to { $to } before, and was not released.
account-reset-put-beside = { $agent } (at the desk of { $desk })
account-reset-earlier-put = { $state } after it was put to { $to }
account-reset-ticket-seen = The same ticket number was given with another request on { $day }.
account-reset-lately = Number { $count } that this agent asks for within a day.
account-reset-is-prepared = to be asked for
account-reset-is-requested = waits for release
account-reset-is-withdrawn = withdrawn
account-reset-is-refused = refused
account-reset-is-expired = expired
account-reset-is-released = released
account-reset-is-objected = objected to
account-reset-is-carried-out = carried out
account-reset-prepared = The administrators of the organisation are asked for the reset of the account of { $name }.
account-reset-prepared-next = One of them asks for it within 4 hours, on the registry's page or at any desk, with a factor of their own. This screen shows it at once; then v on the person's page. Nobody has to stay here.
account-reset-signed = { $name } asked for the reset of the account of { $person }.
account-reset-signed-next = It can be carried out until { $until } where the person is; the screen there shows it at once. The key goes back to its owner.
account-reset-objected = { $name } objected to the reset of the account of { $person }.
account-reset-objected-next = Nothing was deleted, and an alarm is raised. Whoever asked, and everybody who was told of it, is told of this too.
account-reset-asked = The reset of the account of { $name } is asked for.
account-reset-asked-next = A second agent releases it within 4 hours, at any station (F11). Then it is carried out with v on the person's page, within 60 minutes. The person gets a notice of it.
account-reset-released = The reset of the account of { $name } is released.
account-reset-released-next = It is carried out within 60 minutes, with v on the person's page and the person at the desk, by whoever asked or another agent; not by whoever released it.
account-reset-refused = The reset of the account of { $name } is refused.
account-reset-withdrawn = The reset of the account of { $name } is withdrawn.
account-reset-refused-next = Nothing was changed; whoever asked sees it on their home page. To the person: “We cannot reset your account today.”
account-reset-withdrawn-next = Nothing was changed. It can be asked for anew.
account-reset-done = All that opened the account of { $name } is deleted ({ $count }).
account-reset-done-next = Nobody gets into the account until something is enrolled in this visit, until { $until } at the latest. Enter enrols a key; with a, an app. Should the visit end before that, v on the person's page goes on with it.
key-sign-request = yes, sign it
key-refuse = refuse
key-release = release, and sign it
key-delete-all = delete it all
key-ask-reset = ask for a reset
key-prepare-reset = ask their administrators
key-which-agent = which agent
key-release-here = release here
key-carry-out-reset = reset the account
key-carry-out-again = go on with the reset
key-sign-prepared = sign
key-objects = object to a reset
key-object = yes, object
key-which-reset = that reset
key-resets = resets
key-look-release = look, and release or refuse
person-reset-prepared = { $by } asked the administrators of the organisation at { $at } for a reset: one of them answers until { $until }.
person-reset-asked-for = { $by }, an administrator of the organisation, asked for a reset: it can be carried out until { $until }.
person-reset-by-code = { $by }, an administrator of the organisation, asked for a reset with a code: it can be carried out from { $from } until { $until }.
person-reset-asked = A reset was asked for by { $by } at { $at }: it waits for a second agent, until { $until }.
person-reset-released = The reset that { $by } asked for at { $at } was released by { $releaser }: it can be carried out until { $until }.
person-reset-released-own = You released the reset that { $by } asked for: they carry it out, or another agent than you, until { $until }.
person-choice-prepare = ⏎ with an administrator who is here · v asks those who are not here
person-choice-carry-out = v resets the account; then enrol a key or an app
person-choice-again = v goes on with the reset; then enrol a key or an app
person-reset-again = You reset this account and nothing was enrolled. Until { $until } that lets you go on, without anybody being asked anew.
person-to-sign = { $count ->
    [one] A reset of somebody of their organisation waits for an administrator to ask for it: h, with their own key.
   *[other] { $count } resets of people of their organisation wait for an administrator to ask for them: h, with their own key.
}
phone-title = CODES DO NOT WORK: BY PHONE
phone-say = Say: “I shall not ask you for a code. Please do not tell me one.”
phone-entry = Which entry of the app do they look at? It is called IAMconnected, with their e-mail address; of two the one that was added last.
phone-new-code = Let them wait until another code is shown, and type it at once where they log in.
phone-clock = Still not? It is almost always the clock of the phone:
phone-else = Still not? They log in with their key, or come to a desk with the phone: one code typed there says what is wrong.
phone-proves = This changes nothing and proves nothing: whoever calls is not identified by it, and is told nothing of the account. Who has lost the phone is asked whether it is to be suspended (l).
key-phone = codes: by phone
waits-phone = Waits for nothing: what to say stands here.
resets-title = RESETS OF ACCOUNTS
resets-none = No reset was asked for.
resets-age = since
resets-person = person
resets-by = asked by
resets-state = state
resets-asked = { $by } asked for it at { $station } on { $day }, { $time }.
resets-own = You asked for this one: another agent releases it, until { $until }. x withdraws it, Enter opens the person's page.
resets-to-release = Somebody waits for it. Enter shows what would be deleted; then you release or refuse it, until { $until }.
resets-released = { $by } released it. Until { $until } whoever asked, or another agent, carries it out on the person's page (Enter), with the person at the desk.
resets-prepared = An administrator of the organisation asks for it on the registry's page or at any desk, until { $until }. Then it is carried out on the person's page (Enter).
resets-asked-for = { $by }, an administrator of the organisation, asked for it. It is carried out until { $until } on the person's page (Enter), with the person at the desk.
resets-expired = Nobody did anything in time: it expired on { $at }. Nothing was changed.
resets-ended = It was { $state } by { $by } on { $at }.
resets-refused-beside = { $by } refused it on { $at }, at the desk of { $desk } and by their word: nothing was signed.
resets-withdraw-sure = x once more withdraws it: it is asked for anew then, and the person identified anew.
resets-refuse-sure = x once more refuses it, for good: nothing comes of it, and it is asked for anew.
waits-resets = Waits for which reset is looked at.
home-to-release = { $count ->
    [one] 1 RESET waits for your release, for { $age }
   *[other] { $count } RESETS wait for your release, the oldest for { $age }
}
home-to-release-short = { $count } to release, { $age }
home-to-carry-out = RELEASED: the reset for { $name } can be carried out until { $until }
home-refused = REFUSED: the reset for { $name }, by { $by } at { $at }
waited-minutes = { $count } min
waited-hours = { $count } h
choose-proof = Choose the key that { $name } has already: it proves who they are. Unsure: w makes it blink.
pick-administrator-big = WHO IS HERE?
pick-administrator-how = { $name } has lost all factors. Which administrator of the organisation is at the desk, and proves a factor of theirs?
pick-waiting-big = WHICH ONE?
pick-waiting-how = Which of these does { $name } take?
done-waiting = registry: verified. It waits for its owner and opens nothing yet.
done-left-waiting = Its owner takes it at a desk, before another person than who made it, unless they prove a factor of their own: w on their page.
done-taken = { $taken } is now a factor of { $name }.
stop-not-identified = Nobody is identified by a statement.
stop-not-identified-next = Identify the person with a document.
stop-own-factor = This person has a factor and must prove it first.
stop-own-factor-next = A touch with its PIN, or one code. Lost? Suspend it on their page (l). Forgotten? g on their page lends a key, to whom that may be done; others come back with theirs.
stop-administrator = This person has lost all factors: identification alone is not enough.
stop-administrator-next = Who answers for them comes along to the desk and proves a factor of their own. Was the account reset a moment ago, whoever did that presses v once more instead.
stop-release = This person has lost all factors: identification alone is not enough.
stop-release-next = The account is reset first, from the person's page (v); then enrol. Was it carried out a moment ago, whoever did that presses v once more.
app-job-leave = THE PERSON GOES
key-end-visit = person goes
key-all-theirs = all theirs
key-not-theirs = one is not
theirs-big = ALL YOURS?
theirs-how = These belong to your account. Is each of them yours, and is none missing?
theirs-none = Nothing opens this account.
theirs-suspended = { $name }: suspended ({ $why }), opens nothing
theirs-denied = Once more n: one of them is not theirs, and the registry raises an alarm. Enter: all are right.
done-visit-over = The visit with { $name } is over.
done-visit-denied = { $name } says that one of the factors is not theirs. The registry has raised an alarm.
done-visit-denied-next = Suspend it at once: open their page, mark it, l. Then tell the registry's administrator.

## Factors that are lost, and that turn up

why-lost = lost
why-stolen = stolen
why-suspected = suspected
why-loan-over = its loan is over
why-loan-over-means = A loan that is over is never resumed.
why-lost-means = Not found. Its owner can have it lifted for 30 days.
why-stolen-means = Taken by somebody. Never lifted.
why-suspected-means = Perhaps used or changed by somebody. Never lifted.
suspended-lost = suspended since { $day } (lost): opens nothing. Its owner can have it lifted until { $until }.
suspended-lent = lent, and suspended since { $day } (lost): opens nothing, for good.
suspended-stolen = suspended since { $day } (stolen): opens nothing, for good.
suspended-loan-over = on loan until { $day }: that is over, and it opens nothing, for good.
suspended-suspected = suspended since { $day } (suspected): opens nothing, for good.
lent-until = on loan until { $until }: opens the account, proves nothing.
waiting-since = waits for its owner since { $day }: opens nothing until they take it.
owned-key = { $model }, serial { $serial }
run-suspend = SUSPEND A FACTOR
run-lift = LIFT A SUSPENSION
key-forgot = lend
key-sign-loan = yes, sign it
key-loan-days = so many working days
key-which-second = whoever has that number
loan-days-big = HOW LONG
loan-days-how = Where is the own key of { $name }? It stays valid, so it must lie somewhere safe. Nobody knows where: it is lost (Esc, l). How long until they have it?
loan-days = { $days ->
    [one] 1 working day
   *[other] { $days } working days
}
loan-second-big = WHO ELSE
loan-second-how = Who stands by it with their own key? They come here, see person and document for themselves, and sign; you stay signed in.
loan-sign-big = READ THIS
key-lost = lost
key-found = found
key-suspend = suspend
key-why = reason of that number
suspend-big = LOST?
suspend-waits-big = WAITS
suspend-refused-big = REFUSED
suspend-how = ⏎ suspends { $name }. From then on it opens nothing and proves nothing.
suspend-last = It is the last one that opens anything: they can open nothing until they get another.
suspend-offline = The registry cannot be reached: the report waits in the outbox, and until it is sent this factor opens what it did.
choose-owned-suspend = Which key, app or token is lost?
choose-owned-lift = Which one does the person have again?
done-suspended = { $name } of { $person } is suspended ({ $why }): it opens nothing any more.
done-suspended-queued = { $name } of { $person } is reported ({ $why }). It opens things STILL, until the registry hears of it: the outbox sends it by itself.
done-suspended-conflict = { $name } of { $person } is not suspended ({ $why }): the registry refused the report.
done-suspended-lift = Found it? Until { $until }, and as long as nothing took its place, its owner can have this lifted at any desk, with the factor itself and a document.
done-suspended-never = This is never lifted. What is found must not be used: bring it to the desk.
done-suspended-told = The person and their organisation's administrators are told.
done-suspended-lost-all = They have nothing left that opens anything.
done-lifted = { $name } of { $person } is valid again.
leaves-not-suspended = nothing is suspended
leaves-suspended = the report is recorded; the outbox sends it
leaves-not-lifted = it stays suspended
leaves-lifted = it is valid again
outbox-suspension = suspension
outbox-suspension-how = Until it is sent, this factor opens what it did. p sends everything now.
person-lost-administrator = Nothing is left that opens anything. New ones are given by: { $may }, who proves a factor of their own.
person-lost-release = Nothing is left that opens anything. A reset comes first, by: { $may }. Was it carried out a moment ago, whoever did that goes on.
person-refused = The reset was refused by { $by } at { $at }. Nothing was changed. To the person: “We cannot reset your account today.” Ask { $by } why before it is asked for anew.
person-refused-own = You refused the reset at { $at }. Nothing was changed. To the person: “We cannot reset your account today.”
person-lets = Nothing opens the account yet. In this visit something can be enrolled without anybody being asked anew; it ends at { $until }, or when you sign out.
stop-suspended = This factor is suspended: it opens and proves nothing.
stop-suspended-next = Take another one of theirs. If it was only lost and its owner has it again, lift it from their page (f).
stop-never-lifted = This suspension is not lifted any more.
stop-never-lifted-next = Keep the factor at the desk. The line above says who may give them another one.
stop-not-suspended = This factor is not suspended.
stop-not-suspended-next = There is nothing to lift. Look at the person's page.

waits-home = Waits for a name or number: type it, or choose somebody below.
waits-person = Waits for what is to be done for this person.
waits-outbox = Waits for which report is to be seen to.
waits-give-up = Waits for the name that confirms it.
waits-unfinished = Waits for which work is to be finished.
waits-nothing = Nothing can be chosen here. Waits for Esc, which goes back.
waits-keys = Waits for which key is to be looked at.
waits-key = Waits for what is to be done with this key.
waits-batches = Waits for which of these is to be used.
waits-statement = Waits for why nobody is there, in a line.
waits-forecast = Waits for Enter, which begins the batch.
waits-board = Waits for keys: put them in, and touch those that blink.
waits-board-over = The batch is over. Waits for Esc.
waits-board-typing = Waits for what is typed for the key that is marked.
waits-board-admit = Waits for whether these keys are to be used.
waits-enrolled = Done. Waits for Enter.
waits-ended = Over. Waits for Enter.

## Why a run stopped: the facts beside what happened

why-code = The registry's code: { $code }.
why-until = Nobody can tell before { $until }.
why-not-allowed = Not for { $role }. This is for: { $may }.
why-nobody-may = Not for { $role }, and for nobody else.
may-asked = { $roles }, asked by the main administrator or a user administrator of the same organisation
may-seconded = { $roles }, and the touch of a second member of staff or an administrator of the same organisation
may-owner = { $roles }, for its owner, who proves a factor of theirs
may-released = { $roles }, with the release of a second Customer Service agent
may-nobody = nobody
why-not-lent = { $person } ({ $kind }) is lent no key. They fetch theirs, use their standby key, or have lost it: then it is suspended first, and another one is given by: { $may }.
why-last = It is all that { $person } has: enrol another factor first. Taking the last one is a reset, which is for: { $may }.
why-taken = What is on this key opens the account of { $person }: it is taken in a visit of theirs at this desk, in which they prove a factor (a touch with its PIN, or a code). Who can prove nothing has it suspended as lost first, and is then served by: { $may }.
why-last-nobody = It is all that { $person } has: enrol another factor first. Taking the last one is a reset.
why-released = { $person } has lost all factors. Once the account is reset, new ones are given by: { $may }.
why-released-nobody = { $person } has lost all factors, and nobody may replace them.
why-strands = It would lock out { $account }. This is for: { $may }.
why-strands-enroller = It would lock out { $account }. This is for whoever enrolled it, once their station has reported it.
why-strands-own = It would lock out the operator whose key this is. This is for the registry's administrator, with "keydesk registry operators new-key".
why-administrator = For { $person } one of these comes along: { $may }.
why-no-administrator = Nobody of the organisation of { $person } has a factor yet that can answer for others.
refusal-test = It failed its test: { $why }
refusal-anothers = It is enrolled for { $person }, and nothing tells it from others of its model: put in the key of this work, or end the work without it.
refusal-somebody-elses = It is enrolled for somebody else, and nothing tells it from others of its model: put in the key of this work, or end the work without it.
refusal-unresolved = It holds an enrolment of this person that the registry refused: resolve that conflict in the outbox first, or take another key.
refusal-unasked = It holds a credential for this person that the registry can't be asked about now: take another key, or wait for the registry.
refusal-no-pin = It has no PIN, so it is no operator's key: take your own, or sign in for the first time with a code.
refusal-operators-own = It is the operator's own: without it they can't sign in. The registry's administrator gives them another first.
refusal-shows-more = It shows by now that it is enrolled for { $person }, which nobody confirmed: start again.
refusal-tells-nothing = It shows nobody without its PIN what it holds, it has no serial number, and people are enrolled on keys of its model: without its PIN nobody can tell whose it is, and what opens somebody's account is not emptied unasked. Whoever knows the PIN types it here.
refusal-used-since = It was put to use since it was looked at, which nobody confirmed: start again.
refusal-not-wanted = The operator takes another key.
refusal-somebodys = It is enrolled for { $people }: reset it by itself, on its own page or with "keydesk key reset".
refusal-maybe-somebodys = It may be enrolled for { $people }: reset it by itself, on its own page or with "keydesk key reset".
refusal-silent = It does not say whether anybody is enrolled on it: reset it by itself, on its own page or with "keydesk key reset".
refusal-tags = The tags { $pattern } are used up: give the pattern another digit.
case-no-reason = Somebody is enrolled on this key: say why it is reset.
case-no-ticket = Somebody is enrolled on this key: give the number of the ticket in which the reset was asked for.
case-no-requester = Somebody is enrolled on this key: say who asked for the reset (for an employee, the organisation's administrator).
case-not-identified = Somebody is enrolled on this key: say how whoever handed it in was identified.
case-form = Reason, ticket and requester may have 200 characters each, and no control or invisible characters.
gap-down = What the network says: “{ $detail }”
gap-unserved = It answered with status { $status }.
gap-between = Something in between answered with status { $status } ({ $media }): check the registry's address and the network.
gap-unread = Its answer cannot be read: check its address, and whether this station needs an update.
gap-not-joined = This station has not joined a registry: run "keydesk station join".
gap-stock = Only the registry knows the tokens in stock: nothing was done.
gap-test-waits = Whether the key passed its test is not known yet: the result waits in the outbox and is sent from there. What it was to prove was not done.
gap-may-be-held = It may hold this credential, so that nothing was deleted: try again when it answers, or give the entry up without the key.
gap-unknown = What is enrolled by now is not known: try again when the registry can be reached.
gap-visit-passed = The visit is no longer yours: the other operator has it, or it ended.
lacks-fido2 = It speaks U2F only: it keeps nothing, and cannot be used here.
lacks-pins = It can have no PIN.
lacks-first-pin = It has a PIN already: change that one.
lacks-pin-change = It has no PIN yet: set one.
lacks-forced-change = It cannot force a change of its PIN: leave that out, and let the person change it.
lacks-credentials = It does not list what it holds, and deletes none of it.
lacks-credentials-without-pin = It lists what it holds with its PIN only: set one first.
lacks-renaming = It cannot rename a credential.
lacks-lasting-token = It lists what it holds for a single command only.
lacks-fingerprints = It has no fingerprint sensor.
lacks-other-biometrics = It knows people by something else than a fingerprint.
lacks-fingerprints-without-pin = It keeps fingerprints under a PIN only: set one first.
lacks-built-in-uv = It cannot verify anybody by itself.
lacks-finger-token = It does not do this with a fingerprint, or has none set up.
lacks-by-pin = It wants a fingerprint for this, not its PIN.
lacks-by-finger = It wants its PIN for this, not a fingerprint.
lacks-blinking = It cannot blink on request.
lacks-selection = It cannot be chosen by touch.
lacks-usb-reset = It is not reset over USB, only over { $over }.
lacks-any-reset = It says that it takes no reset, over whatever connection. To take it from its owner, suspend or delete what is enrolled on it.
lacks-reset = It refused the reset twice, well inside its time: this key does not take one here. Nothing on it was changed. What is enrolled on it can be suspended or deleted without a reset; emptying it is for its maker's own tool.
lacks-setting = It does not have this setting: { $setting }.
lacks-configuring = It cannot be configured in this way.
lacks-hand-over = A random PIN must be handed over, and nothing here can do that.
lacks-letters = A random PIN goes into a letter: run this profile with "keydesk batch run --letters DIR" (with the kiosk ended).
failure-refused = It refused { $operation } with status { $status }.
failure-silent = It did not finish { $operation } within { $limit } ms.
failure-other-program = Another program used it for { $limit } ms: close that program.
failure-system = The system cannot talk to it; it says: “{ $reason }”. Run "keydesk doctor".
failure-garbled = Its answer to { $operation } makes no sense.
failure-too-large = The request takes { $bytes } bytes and this key accepts { $limit }.
failure-randomness = The system gives no random numbers: restart the station.
failure-min-pin = Its minimum PIN length is { $min } and can only be raised: only a reset lowers it.
failure-rps = Too many relying parties are to read its minimum PIN length: it keeps { $max }.
failure-no-key = There is no key: plug one in.
failure-not-ready = It is not ready: see what the bay shows for it.
failure-crowded = It has too much to do: wait a moment.
failure-no-finger = It has no such fingerprint.
failure-no-name = An account's name cannot be empty: nothing was changed.
failure-pin-length = A random PIN of { $characters } characters is not possible: 4 to 63 are.
failure-tag-form = A tag is one line of at most 100 characters.
failure-tag-taken = Another key has this tag: take another.
flaw-data-short = Its authenticator data is too short.
flaw-other-party = It signed for another relying party.
flaw-untouched = It did this without a touch.
flaw-unverified = It did not verify the person.
flaw-verified-nobody = It says that it verified the person, and nobody was verified.
flaw-signature-malformed = Its signature is malformed.
flaw-signature-wrong = Its signature is wrong.
flaw-public-key = Its public key is malformed.
flaw-other-credential = It signed with another credential.
flaw-counter = Its signature counter went from { $from } to { $to }: it must rise.
flaw-algorithm = It made a credential of algorithm { $algorithm }, which it does not offer.
flaw-second-credential = It made a second credential although the first was excluded.
flaw-test-left = A credential of the test stays on it although it was deleted.
flaw-credential-stays = It said that it deleted the credential and still lists it.
flaw-name-not-shown = It said that it changed the name and does not show it.
flaw-finger-not-listed = It said that it enrolled the finger and does not list it.
flaw-finger-not-named = It said that it named the fingerprint and does not show the name.
flaw-finger-stays = It said that it removed the fingerprint and still lists it.
flaw-owner-changed = Whose credential it is has changed meanwhile: look at the key again.
flaw-pin-not-taken = It does not take the PIN that was written to it just now.
flaw-not-empty = It said that it was reset, and still has a PIN or a credential: take it out of use.
flaw-setting-not-shown = It accepted this setting and does not show it: { $setting }.
flaw-not-operators = It is not the key of the operator who is signed in.
flaw-only-registry = Only the registry can check this kind of key.
skip-verifies-nobody = the key can verify nobody
skip-no-pin-yet = the key has no PIN yet
skip-always-verifies = the key always asks for verification
skip-unchecked = signed, with an algorithm that is not checked here
skip-unlisted = the credential is not discoverable, and the key lists none
file-elsewhere = It is not in the folder of profiles.
file-too-large = It is larger than 1 MiB: is it the right file?
file-unreadable = It cannot be read; the system says: “{ $reason }”
file-unread = It cannot be read. { $why }
file-lines = Something is wrong in line { $lines }: "keydesk batch run --dry-run" (with the kiosk ended) says what.
remark-bad-profile = This profile cannot be used: look at it in the list of profiles.
remark-bad-list = This list: see line { $lines }. "keydesk batch run --dry-run" (no kiosk) says more.
remark-bad-list-file = This list is of no use: "keydesk batch run --dry-run" (no kiosk) says why.
remark-bad-plan = This batch cannot be begun.
remark-bad-statement = A statement is one line of at most 120 characters.
remark-plan-no-people = This profile enrols for the people on a list: choose one.
remark-plan-nobody = This profile enrols nobody: take another profile, or no list.
remark-plan-not-identified = Nothing says how somebody on the list was identified: write it into the list (column identified_by), or say it for the whole batch.
remark-plan-keys = A batch has at least one key, and not more than there are people on its list.
refused-challenge = The registry's offer had expired before this came.
refused-challenge-next = Start again: a fresh one is fetched.
refused-used = This offer was used already.
refused-used-next = Start again.
refused-enrolled-since = The person was enrolled since, on a key that may be this one.
refused-enrolled-since-next = Look at their page, then test this key or take another.
refused-key-taken = By its serial number this key is somebody else's.
refused-key-taken-next = Take another key.
refused-gone = This credential is gone: its key was reset, or it was withdrawn.
refused-gone-next = Take another factor of theirs, or enrol a new key.
refused-unknown = The registry does not know this credential for this person.
refused-unknown-next = Take the key that was enrolled.
refused-exists = The registry holds this credential already.
refused-exists-next = Nothing was deleted. Send the entry again, or give it up without the key.
refused-factor-exists = The registry holds this factor already.
refused-factor-exists-next = Nothing was given up. Send the entry again instead.
refused-seal = A secret could not be sealed for the registry, or does not open there.
refused-seal-next = Sign in anew and start again. If it happens once more, ask the registry administrator.
refused-operator = The access of the operator who did this was ended.
refused-operator-next = Whoever else may do it begins anew in their own name. The registry's administrator says more.
refused-unbound = Nothing shows in whose session this was recorded.
refused-unbound-next = Whoever did it signs in and sends it again; otherwise give it up, and do it anew.
refused-altered = This is not what was recorded, or was recorded by somebody else.
refused-altered-next = Give it up, and ask the registry's administrator: somebody may have changed the station's journal.
refused-authority = More has to be shown in this visit before that is done.
refused-authority-next = To add a factor, identify the person anew: the screen says what it takes. What opens somebody's account is taken off their key once they have proved a factor of theirs here, or once the key is reported lost.
refused-visit = The visit has ended, or is another operator's.
refused-visit-next = Identify the person anew. Was the account reset in that visit and nothing enrolled, whoever did that goes on with it first (v on their page).
refused-method = The registry has no such method of identification.
refused-method-next = Sign in anew, and choose one of those that it has.
refused-not-called = This person cannot be called back, or not yet.
refused-not-called-next = A number on record counts a week after it came there. Without one another administrator of their organisation vouches for them, or they come to a desk.
refused-otherwise = The person was identified otherwise for this.
refused-otherwise-next = One case takes one identification. Begin anew, with the document that was shown when it was asked for.
refused-last = It is all that this person has.
refused-last-next = Enrol another factor first. Taking the last one is a reset.
refused-code = The code is not right for this factor.
refused-code-next = See to the phone's clock (set automatically), then type the next code.
refused-guessed = Too many codes that you had examined within an hour were wrong.
refused-guessed-next = Another operator can go on with this person; you can again once the hour is over. The registry's administrator has been told.
refused-attempts = Too many wrong codes of this one within an hour, typed at you.
refused-attempts-next = Another operator can go on with this person at once; you, once the hour is over. Or prove another factor of theirs.
refused-guessed-out = A hundred codes of this one in a row were wrong: it is suspended for good.
refused-guessed-out-next = Another factor takes its place: look at their page.
refused-token = No such token is in stock, or somebody has it.
refused-token-next = Compare the serial number with the one on the token.
refused-not-allowed = The registry does not let this account do that.
refused-not-allowed-next = It is for somebody else, or for another role; another account of yours is no other person.
refused-not-identified = Nobody was identified for this, or too long ago.
refused-not-identified-next = Identify the person anew.
refused-not-waiting = Nothing of that name waits for this person.
refused-not-waiting-next = Look at their page once more.
refused-act = What was to be signed, or was signed, says something that no longer holds.
refused-act-next = Look at the person's page, and begin anew.
refused-reset-open = A reset of this account is open already.
refused-reset-open-next = It is carried out, withdrawn or refused first.
refused-reset-over = This cannot be done with the reset as it stands now.
refused-reset-over-next = Ask anew only where it has ended and is still needed.
refused-reset-fallen = Nobody can carry out this reset any more: who asked for it or released it may not any more, or was changed since.
refused-reset-fallen-next = Another operator does not help. It ends when its time is over, or when an agent refuses it (F11). Then it is asked for anew, by whoever may now.
refused-reset-limit = Too many resets of this account were asked for within a day.
refused-reset-limit-next = Wait until the first is a day old; the registry's administrator can lift that.
refused-stock = The register of stock does not take it.
refused-stock-next = The line above says why, and what comes first.
refused-stock-moved = Something else was done with the item meanwhile.
refused-stock-moved-next = Look at the item again. What was done here is given up in the outbox, and done anew where it still holds.
refused-identifier = Another item has that tag or serial number, or had it.
refused-identifier-next = Look that item up. A tag is one item's for ever: take the next one.
refused-name = The last name that was typed is not the person's.
refused-name-next = Read the request once more.
refused-counter = The key's signature counter is lower than one seen before.
refused-counter-next = A late proof does that, and so does a copied key: test the key once more before anything else.
refused-factor = The person has no such factor any more.
refused-factor-next = Look at their page.
refused-key = The registry takes no keys of this kind.
refused-key-next = Take another model.
refused-offers = As many of the registry's offers are open here as may be.
refused-offers-next = Wait a few minutes and do the same once more.
unmet-no-apps = It holds no authenticator apps: its release is older than this station's.
unmet-no-factor = { $person } has no such factor: look at their page.
unmet-suspended = { $factor } of { $person } is suspended. Where it was only lost, its owner lifts that within 30 days by showing it: f on their page, or "keydesk factor resume".
unmet-no-visit = You have no open visit with { $person } at this station: nothing is left to end.
unmet-nobody-releases = No other account of Customer Service may release this: each needs a human of its own, and to have stayed as it is for 7 days. The registry administrator can name a deputy.
unmet-app-held = The registry holds this app of { $person }: it works.
unmet-nothing-open = No reset is open that { $person } could ask for or object to.
unmet-opens-still = { $person } has a factor that opens their account: they prove it, and no reset is needed. One that is lost is suspended first.
unmet-nothing-forgotten = { $person } has no valid key elsewhere, so there is nothing to lend for. Who never had one is enrolled as anybody; who lost all of theirs is served as lost.
unmet-nobody-stands-by = Nobody else may stand by this loan: that takes an account of another human, unchanged for 7 days and not of the same organisation, or an administrator of the organisation with a key of their own.
unmet-needs-no-reset = { $person } needs no reset: enrol now.
unmet-own-make = You made it: another human than its maker gives it to { $person }. They receive { $person } at their own station, or sign in here, and press w on this page (without a kiosk: "keydesk visit pass").
unmet-began-without = { $person } had nothing to prove themselves with when this visit began: end it (e on their page) and begin another, in which they prove what they have now.
unmet-lost-access = { $person } cannot prove anything: this key verifies nobody (its PIN is blocked, it has none, or it is not here), and nothing else opens their account. Report the key lost (l on their page, keydesk factor suspend): then it is reset like any that was found, and they are served as lost, by: { $may }.
unmet-not-waiting = Nothing of that name waits for { $person }.
unmet-reset-over = This reset of { $person } is over, or another one: F11 and their page say how it ended. Nothing was deleted from here.
unmet-document = A suspension is lifted for its owner, who is at the desk and shows a document.
unmet-nothing-to-sign = The registry names no credential that is to sign.
unmet-gone = This factor of { $person } is gone already: nothing is to be suspended.
unmet-suspended-for-good = This factor of { $person } opens nothing already, for good: nothing is to be suspended.
unmet-no-key = { $person } has no enrolled key: enrol one first.
unmet-not-suspended = { $person } has no such factor that is suspended: look at their page.

returned-same-big = SAME KEY
returned-changed-big = CHANGED
returned-another-big = ANOTHER KEY
returned-unsure-big = NOT CERTAIN
returned-same-signed = It is the key that left: it signed just now with what was made on it. Nothing that it tells of itself has changed.
returned-same-shown = It is the key that left: it shows what was made on it. Nothing that it tells of itself has changed. Test it for its owner before relying on it.
returned-changed-signed = It is the key that left: it signed just now with what was made on it. This is not as it was:
returned-changed-shown = It shows what was made on the key that left. This is not as it was:
returned-another = It is not the key that left: what it says of itself is another key's. Leave that one suspended, and ask where this one comes from.
returned-another-of = It is the key of { $person }. Give it to nobody else.
returned-unknown = Nothing is known of a key that this may be. Where it is said to be somebody's, compare it from their page; else treat it as a new one.
returned-emptied = It states the same number as the key that left, and shows nothing of what was made on it: it was reset, is another key of that number, or hides it until its PIN is given. Its owner tests it with the PIN; where that fails, reset it and enrol it anew.
returned-unmarked = Nothing tells it from others of its model, and it shows nothing of what was made on the key that left: it is another one, was reset, or hides it until its PIN is given. Its owner tests it with the PIN; where that fails, reset it before it is used.
returned-silent = It answers no question about what it holds. Its owner tests it with the PIN: that tells.
returned-holds = It holds the credential of { $person }.
returned-holds-suspended = It holds the credential of { $person }, which is suspended: its owner can have that lifted, unless it was stolen or suspected.
returned-holds-ended = It holds the credential of { $person }, which has ended and never opens anything again: reset the key before it is used.
returned-hidden = It does not show the credential of { $person }: that is gone from it, or hidden until its PIN is given.
returned-untold = Whether it holds the credential of { $person } cannot be told without its PIN.
returned-pin-untold = Whether its PIN is still the same cannot be told without it: its owner tries it.
returned-no-registry = The registry cannot be reached: it is compared with what this station knows alone.
changed-reset = It has no PIN: it was reset, and everything that was on it is gone.
changed-gone = The credential of { $person } is gone from it: it no longer signs them in. Delete it on their page, or enrol the key anew.
changed-model = Model: it was { $from }, and is { $to }.
changed-serial = Serial number: it was { $from }, and is { $to }.
changed-firmware = Firmware: it was { $from }, and is { $to }.
changed-pin-blocked = Its PIN is blocked: somebody tried too often. Only a reset helps.
changed-pin-expired = Its PIN must be changed before it opens anything.
changed-pin-length = Least length of its PIN: it was { $from }, and is { $to }.
changed-always-uv = It always asks for its PIN or a finger now.
changed-not-always-uv = It no longer always asks for its PIN or a finger.
changed-fingers = Fingerprints were added to it: whose is not known. Only a reset is sure to remove them.
changed-no-fingers = It has no fingerprints any more.
changed-transports = Reached by: it was { $from }, and is { $to }.
changed-extensions = What it can do differs: { $names }.

## Mail

mail-own-account = your { $platform } account
mail-account-of = the { $platform } account of { $name }
mail-own-service-account = your Customer Service account
mail-service-account-of = the Customer Service account of { $name }
mail-greeting = Dear { $name },
mail-added-subject = { $sort ->
    [app] An app or token was added to { $account }
   *[key] A security key was added to { $account }
}
mail-added = { $sort ->
    [app] An app or token that makes codes was added to { $account }. From now on its codes open it.
   *[key] A security key was added to { $account }. From now on the key opens it.
}
mail-waiting-subject = { $sort ->
    [app] An app or token was made for { $account }
   *[key] A security key was made for { $account }
}
mail-waiting = { $sort ->
    [app] An app or token that makes codes was made for { $account }.
   *[key] A security key was made for { $account }.
} { $own ->
    [yes] It opens nothing before you take it at a desk.
   *[no] It opens nothing before its owner takes it at a desk.
}
mail-accepted-subject = { $sort ->
    [app] An app or token that was ready for { $account } was taken
   *[key] A security key that was ready for { $account } was taken
}
mail-accepted = { $sort ->
    [app] An app or token that makes codes was ready for { $account }, and was taken at a desk. From now on its codes open the account.
   *[key] A security key was ready for { $account }, and was taken at a desk. From now on the key opens the account.
}
mail-ended-subject = { $sort ->
    [app] An app or token no longer opens { $account }
   *[key] A security key no longer opens { $account }
}
mail-ended = { $sort ->
    [app] An app or token that makes codes no longer opens { $account }: { $why }.
   *[key] A security key no longer opens { $account }: { $why }.
}
mail-ended-reset = the key was reset at a desk, which deletes everything on it
mail-ended-deleted = it was deleted from the key at a desk
mail-ended-withdrawn = its enrolment was taken back at a desk
mail-ended-removed = { $own ->
    [yes] you gave it up
   *[no] its owner gave it up
}
mail-ended-replaced = another one took its place
mail-ended-account-reset = the account was reset
mail-ended-somehow = it has ended
mail-suspended-subject = { $sort ->
    [app] An app or token of { $account } is suspended
   *[key] A security key of { $account } is suspended
}
mail-suspended = { $sort ->
    [app] An app or token of { $account } was reported at a desk, and opens nothing since then.
   *[key] A security key of { $account } was reported at a desk, and opens nothing since then.
}
mail-suspended-lost = It was lost. { $own ->
    [yes] If you find it, show it at a desk, and it opens the account again.
   *[no] If it turns up, its owner can show it at a desk, and it opens the account again.
} After { $until } that is over, and it is removed.
mail-suspended-stolen = It was stolen. It never opens the account again.
mail-suspended-loan-over = A security key that had been lent ended with its loan, and opens nothing since then. Bring it back to the desk; your own key is as it was.
mail-suspended-lent = It was lent, and is lost. It never opens the account again; { $own ->
    [yes] your own key
   *[no] their own key
} is as it was.
mail-suspended-suspected = Somebody else may have used it. It never opens the account again.
mail-lent-subject = A security key was lent for { $account }
mail-lent = { $own ->
    [yes] You were lent a security key at a desk, because you said that you had left yours elsewhere. It opens { $account } until { $until }, and then ends by itself. Your own key stays as it is: use it as soon as you have it again, and bring the other one back.
   *[no] A security key was lent at a desk, for somebody who said that they had left theirs elsewhere. It opens { $account } until { $until }, and then ends by itself. Their own key stays as it is.
}
mail-lent-again = It is not the first one lately: within a month others were lent for { $days } working days in all.
mail-loan-ends-subject = The loan of a security key for { $account } ends soon
mail-loan-ends = { $own ->
    [yes] The security key that you were lent ends at { $until }, and nothing else opens { $account } by now. Come to a desk before that, with your document, and ask an administrator of your organisation for another key.
   *[no] The security key that was lent ends at { $until }, and nothing else opens { $account } by now. Whose account it is needs another key before that, which an administrator of the organisation asks for.
}
mail-second = With the signature of: { $value }
mail-lifted-subject = { $sort ->
    [app] An app or token opens { $account } again
   *[key] A security key opens { $account } again
}
mail-lifted = { $sort ->
    [app] An app or token of { $account } that was suspended was shown at a desk, and opens the account again.
   *[key] A security key of { $account } that was suspended was shown at a desk, and opens the account again.
}
mail-removed-subject = { $sort ->
    [app] A suspended app or token was removed from { $account }
   *[key] A suspended security key was removed from { $account }
}
mail-removed = { $sort ->
    [app] An app or token that was suspended was removed from { $account }. It never opens the account again.
   *[key] A security key that was suspended was removed from { $account }. It never opens the account again.
}
mail-reset-prepared-subject = A reset of { $account } waits for an administrator
mail-reset-prepared = At a desk somebody said that nothing opens { $account } any more. An administrator of the organisation can ask for a reset, which deletes every key, app and token that opens the account. Without that nothing is deleted.
mail-reset-vouched-subject = Somebody vouched for the owner of { $account }
mail-reset-vouched = An administrator said, with their own key, that the owner of { $account } has lost everything that opens it. A reset can be asked for by that, after identifying them in one more way. An administrator of the organisation can take it back on the owner's page.
mail-reset-asked-subject = A reset of { $account } was asked for
mail-reset-asked = A reset of { $account } was asked for. It deletes every key, app and token that opens the account. It was not carried out yet.
mail-reset-released-subject = A reset of { $account } was released
mail-reset-released = A second agent of Customer Service released a reset of { $account }. It deletes every key, app and token that opens it, and can be carried out from now on.
mail-reset-released-away = A second agent of Customer Service released a reset of { $account }. It deletes every key, app and token that opens it. It is not carried out before the time below; until it is, it can be stopped.
mail-reset-done-subject = The reset of { $account } was carried out
mail-reset-done = A reset of { $account } was carried out: every key, app and token that opened it was deleted. What opens it next is enrolled at the same desk.
mail-reset-done-away = A reset of { $account } was carried out: every key, app and token that opened it was deleted. Nothing opens it now. Its owner gets a new one at any help desk, with their document, until the time below; after that it takes a new reset.
mail-reset-ended-subject = Nothing comes of a reset of { $account }
mail-reset-ended = A reset of { $account } had been asked for, and nothing comes of it: { $state }. Nothing was deleted by it.
mail-exception-over-subject = Nothing opens { $account } any more: the time after its reset is over
mail-exception-over = A reset of { $account } was carried out, and every key, app and token that opened it was deleted. Nothing new was enrolled at a desk in time. Nothing opens the account, and it takes a new reset.
mail-ended-at-desk = That somebody came and objected is what an operator at a desk says.
mail-sign-on-page = To ask for it, sign in on this page with your security key or your app, or go to any help desk with your key:
mail-sign-at-desk = To ask for it, go to any help desk with your security key.
mail-ended-restored = the registry was put back from a copy, and what was open in it ended
mail-service-account-subject = Something was done to { $account }
mail-service-account = Something was done to { $account }: { $change }. It releases no reset for { $days } days.
mail-change-made = it was made
mail-change-code-issued = a code was issued with which another key can sign it in
mail-change-key-enrolled = a key signs it in from now on
mail-change-keys-revoked = its keys were revoked, and a code for another one was issued
mail-change-human-said = it was said whose it is
mail-change-revoked = it was revoked
mail-change-unknown = it was changed
mail-deputy-subject = A deputy releases resets for a while
mail-deputy = The registry's administrator lets { $account } release resets in the place of a second agent for a while.
mail-resets-allowed-subject = Resets of { $account } may be asked for again
mail-resets-allowed = The registry's administrator lets resets of { $account } be asked for again, although many were within a day.
mail-reached-subject = Messages about { $account } go elsewhere from now on
mail-reached = An e-mail address or a phone number of { $account } was changed. Messages go there from now on; an address whose place was taken gets them for another week.
mail-what = What: { $value }
mail-serial = { $name }, serial number { $serial }
mail-when = When: { $value }
mail-where = Where: { $value }
mail-reason = Reason: { $value }
mail-prepared-by = Written down by: { $value }
mail-vouched-by = Vouched for by: { $value }
mail-asked-by = Asked for by: { $value }
mail-released-by = Released by: { $value }
mail-ended-by = Ended by: { $value }
mail-operator = Operator at the desk: { $value }
mail-not-before = Not before: { $value }
mail-until = Until: { $value }
mail-date = { $month ->
    [1] { $day } January { $year }, { $time }
    [2] { $day } February { $year }, { $time }
    [3] { $day } March { $year }, { $time }
    [4] { $day } April { $year }, { $time }
    [5] { $day } May { $year }, { $time }
    [6] { $day } June { $year }, { $time }
    [7] { $day } July { $year }, { $time }
    [8] { $day } August { $year }, { $time }
    [9] { $day } September { $year }, { $time }
    [10] { $day } October { $year }, { $time }
    [11] { $day } November { $year }, { $time }
   *[12] { $day } December { $year }, { $time }
}
mail-object-own = If it was not you who asked, stop it: open this page. It asks for no password and no code.
mail-object-other = If you do not know of this, ask { $name }, by phone or in person. If they did not ask for it, stop it: open this page. It asks for no password and no code.
mail-object-call = Or call { $contact }.
mail-call-own = If that was not you, or not what you wanted, call { $contact } at once.
mail-call-other = If you do not know of this, ask { $name }, by phone or in person. If it is not right, call { $contact } at once.
mail-call-service = If you do not know of this, ask whoever administers the registry at once, by phone or in person.
mail-help-desk = your help desk
mail-never = Nobody of ours ever asks for a password, a PIN or a code, neither by mail nor by phone.
mail-test-subject = A test of { $registry }
mail-test = This mail was sent to try whether mail of { $registry } arrives. It did. Nothing is to be done.

## The command line

cli-signed-in = signed in
cli-work-ended = unfinished work ended
cli-withdrawn = withdrawn for { $name }: { $left }
cli-accepted-waits = { $accepted }; it opens nothing until its owner accepts it at a desk: `keydesk visit accept`
cli-result-queued = the registry cannot be reached; the result waits in the outbox until `keydesk outbox push`, or the next command that reaches the registry, sends it
cli-result-queued-factor = the registry cannot be reached; it opens nothing until `keydesk outbox push`, or the next command that reaches the registry, has sent it. Do that within a day, and before the visit or the session is closed: else it waits for its owner at a desk
cli-sent-first = arrived from the outbox: { $accepted }
cli-sent-first-refused = of what waited in the outbox { $accepted } arrived and the registry refused { $refused }: see `keydesk outbox list`
cli-suspended-queued = { $name } of { $person } is reported ({ $why }). It opens things STILL, until the registry hears of it: `keydesk outbox push` sends it, or the next command that reaches the registry. Nothing sends it before that.
cli-result-refused = but the registry refused it; see `keydesk outbox list`. { $said }
cli-result-held = the registry verified and holds it
cli-no-loan = say for how many working days (--days), and who stands by it (--second, --administrator)
cli-pushed = { $code }: { $model } for { $name }: { $standing }
cli-left-credential-deleted = its credential was deleted from the key; the PIN stays
cli-left-nothing = the key no longer holds its credential
cli-left-credential = a credential that opens nothing stays on the key; it is recorded
cli-left-unknown = the key may hold a credential that opens nothing; it is recorded
cli-left-in-use = the key stays in use
cli-left-reset = the key was reset; nothing on it works any more
cli-left-may-be-reset = the key may have been reset; it is recorded
cli-left-deleted = the credential is gone from the key
cli-left-may-be-deleted = the credential may be gone from the key; it is recorded
cli-left-cared = the change to the key is on record
cli-left-on-phone = delete its entry from the phone: its codes open nothing
cli-left-app-unknown = whether the app is enrolled is not known
cli-left-not-assigned = the token is still in stock
cli-left-may-be-assigned = the registry may list the token; it is recorded
cli-left-account-reset = the account is reset: all that opened it was deleted
cli-left-account-kept = from this desk nothing of the account was deleted
cli-left-may-be-account-reset = the account may be reset; it is recorded
cli-touch-now = touch the key in slot { $slot } now ({ $nth } of { $of })
cli-pulled = the key was pulled: put it back into slot { $slot } ({ $place })
cli-back = the key is back
cli-served-by = { $operator } serves this person at { $station } too: that visit ends now
cli-prover = { $name } proves a factor that they have
cli-anew = what is in the slot now is checked from the start
cli-other-key = that is another key: the { $model } that the work is about is needed
cli-step-key = key: slot { $slot } ({ $place }), { $model }, firmware { $firmware }
cli-step-check = check: { $finding }
cli-step-held = on the key: { $count }
cli-step-confirmed = confirmed
cli-step-reset = the key says that it was reset
cli-step-empty = the key is empty
cli-step-no-pin = PIN: none on this key
cli-step-pin-set = PIN: set and verified
cli-step-pin-changed = PIN: changed and verified
cli-step-pin = PIN: verified
cli-step-made = credential made
cli-step-left-to-registry = the key signed; the registry will check the signature
cli-step-test = the key's signature verifies
cli-step-record = written to the journal
cli-step-queued = registry: out of reach, the result waits
cli-step-refused = registry: refused. { $said }
cli-step-accepted = registry: accepted
cli-slot-line = slot { $slot }: { $line }
cli-not-stated = not stated
cli-reset-done = { $model } in slot { $slot } was reset and is empty: { $standing }
cli-reset-tell = tell { $name }: this key no longer works for them; they need another enrolment
cli-reset-not-ended = not ended: the enrolment of { $name } on a key of this serial number, which this key did not show
cli-report-known = the registry knows it
cli-report-queued = the registry cannot be reached; the report waits in the outbox until `keydesk outbox push`, or the next command that reaches the registry, sends it
cli-report-refused = but the registry refused the report; see `keydesk outbox list`. { $said }
cli-loses = lost: the enrolment of { $name } ({ $kind }, { $organisation }) at { $rp }, of { $at }
cli-loses-unsure = not sure: the enrolment of { $name } of { $at } is on a key of this serial number, and this one does not show it: it is not ended; have that key tested, or reset the person's MFA
cli-account-unnamed = an account without a name
cli-loses-other = lost: { $account } at { $rp }
cli-loses-silent = not sure: the key does not say what it holds, so that somebody may be enrolled on it who is not named here
cli-loses-nobody = nobody is enrolled on this key, as far as station and registry know
cli-loses-besides = lost besides: whatever else is on the key, its PIN and its fingerprints
cli-coach-pull = pull the key out of slot { $slot } now
cli-again-too-late = the key took it for too late after the plug
cli-again-untouched = nobody touched the key in time
cli-again-pulled = the key was pulled before it was reset
cli-again-other-key = that is another key
cli-coach-again = { $why }; nothing was changed: pull the key out of slot { $slot } once more
cli-coach-put-back = put it back into slot { $slot }; it then takes a reset for { $window_s } s
cli-coach-touch = touch the key in slot { $slot } now
cli-coach-hold = touch the key in slot { $slot } now and hold it until the key answers: { $hold_s } s, up to { $most } on older firmware
cli-whose-own = the operator's own
cli-whose-unknown = somebody in the registry
cli-room = , room for { $free } more
cli-credentials = { $count } on the key{ $room }
cli-fingerprints = { $count } fingerprint(s) on the key
cli-result-checked = the registry checked it
cli-signed-for = { $model } signed for { $person }: { $standing }
cli-check-nothing = check: nothing unusual
cli-check = check: { $finding }
cli-test-make = makes a credential
cli-test-verified = signs, the person verified
cli-test-touched = signs with a touch
cli-test-exclude = refuses a second credential
cli-test-clean = leaves nothing behind
cli-finger = lay the finger on the key in slot { $slot }
cli-finger-again = { $what }; lift it and lay it on again, { $more } to go
cli-enrolment-ended = an enrolment was ended: { $standing }; tell whoever lost it that they need another one
cli-test-slow = { $step }: { $result } (slow)
cli-one-descriptor = --pin-fd and --code-fd name the same descriptor: give each its own
cli-unidentified = this is about the key of { $name }: say with --identified-by how whoever is at the desk was identified
cli-case-open = { $fault }: give --reason, --ticket and --requested-by
cli-loss-reset = everything on the key would be lost
cli-loss-deletion = this enrolment would end
cli-confirm-wrong = --confirm does not name what is lost: it must be { $word }; nothing was done
cli-confirm-missing = { $lost }: confirm with --confirm { $word }; nothing was done
cli-no-such-key-after = no key { $name } in the bay after { $wait } s: see `keydesk key list`
cli-no-key-after = no key in the bay after { $wait } s: put one in
cli-which-proof-key = a key proves first: name it with --proof-key; its PIN is then the first line, the new key's the second
cli-last-attempt-person = one attempt is left before the key blocks its PIN: not tried from a file descriptor; let the person type it at the kiosk or without --pin-fd
cli-pin-of-prover = PIN of the key that proves
cli-pin-of-key = PIN of the key
cli-pin-attempts = { $whose } ({ $left } attempts left)
cli-proof-key-pin = the key that proves ({ $model }) wants another PIN first: `keydesk key pin change`
cli-new-pin = new PIN of the key
cli-same-pin = the same PIN once more
cli-pins-differ = the two PINs differ: nothing was written, start again
cli-random-pin-where = a random PIN goes to --new-pin-to-fd or --letter: give one of them
cli-slot-key = slot { $slot } ({ $place }, { $model })
cli-and = and
cli-batch-out = does not take part: { $why }
cli-slot-place = slot { $slot } ({ $place })
cli-for-person = for { $person }
cli-nothing-to-do = nothing to touch or to type
cli-budget-whole = { $each } each; { $keys } key(s): { $whole }
cli-budget-each = { $each } each
cli-batch-queued = { $far }; some results wait in the outbox: `keydesk outbox push` sends them
cli-batch-paused = { $far }; stopped for now: take it up with `keydesk batch run --resume { $id }`
cli-batch-abandoned = { $far }; nothing happened for too long: take it up with `keydesk batch run --resume { $id }`
cli-batch-unfinished = { $detail }; { $n } piece(s) of unfinished work: see `keydesk unfinished list`
cli-batch-over-since = over since { $at }
cli-batches = { $count } batch(es)
cli-batch-over = batch { $id } is over: { $far }
cli-no-such-batch = { $id } is no batch of this station: see `keydesk batch list`
cli-batch-forecast = { $taking } of { $keys } key(s) in the bay would take part; nothing was changed
cli-would-be-lost = would be lost: { $taken }
cli-budget-touches = { $count ->
    [one] 1 touch
   *[other] { $count } touches
}
cli-budget-pins = { $count ->
    [one] 1 PIN
   *[other] { $count } PINs
}
cli-budget-tags = { $count ->
    [one] 1 tag
   *[other] { $count } tags
}
cli-budget-replugs = { $count ->
    [one] 1 pull and plug
   *[other] { $count } pulls and plugs
}
cli-slot-prompt = slot { $slot }: { $what }
cli-slot-again = slot { $slot }: the same once more
cli-pins-differ-pull = the two PINs differ: nothing was written; pull the key and put it back
cli-takes-part = { $model } takes part
cli-key-stopped = stopped: { $why } Pull it and put it back to try again, or put in another one.
cli-last-attempt = one attempt is left before the key blocks its PIN: not tried from a file descriptor
cli-no-letters = a random PIN goes into a letter: name a folder with --letters DIR
cli-pin-in = PIN in { $file }
cli-slot-tag = slot { $slot }: asset tag
cli-a-tag = an asset tag
cli-too-few-tags = the file of tags has no line left: write one for each key
cli-key-left = out of the batch: take it out
cli-no-such-work = { $intent } is not unfinished: see `keydesk unfinished list`
cli-signed-in-as = signed in: { $name } ({ $role })
cli-signed-out = signed out
cli-only-queued = { $entry } is only queued: `keydesk outbox push` sends it
cli-no-such-entry = { $entry } is not in the outbox: see `keydesk outbox list`
cli-entry-withdrawn = withdrawn
cli-entry-accepted = accepted
cli-entry-waiting = waiting
cli-refused-again = refused again ({ $code }). { $said }
cli-round = { $accepted } accepted, { $waiting } waiting, { $conflicts } in conflict
cli-waiting = { $count } waiting
cli-entry-queued = queued
cli-entry-conflict = conflict ({ $code }). { $said }
cli-nothing-unfinished = nothing unfinished
cli-unfinished = { $n } unfinished: put the key in, or have the phone at hand, and run `keydesk unfinished resolve ID`
cli-work-about = { $model } in { $place }
cli-work-registry = registry: { $said }
cli-sought-short = nobody is sought by one letter: give two or more
cli-no-ticket = the registry is out of reach, and no ticket is for such a person
cli-found-in-tickets = { $n } found in tickets: the registry is out of reach
cli-nobody-found = nobody found: try the e-mail address or the organisation's number
cli-more-people = more people match: give more of the name, or the e-mail address
cli-found = { $n } found
cli-all-lost = , all lost
cli-suspended-too = , { $n } suspended
cli-tickets = { $count } ticket(s) for { $day }
cli-bad-day = { $day } is neither a date, nor `today`, nor a file
cli-from-ticket = from a ticket
cli-person-keys = { $keys } key(s){ $lost }
cli-no-such-serial = --key is the serial number of no key or token of this person: see `keydesk totp list`
cli-only-graver = it is suspended already: --why may only be graver, { $words }
cli-which-factor = say with --factor, --credential or --key which of these: { $each }
cli-registry-holds = the registry holds it
cli-or = or
cli-visit-closed = the visit is closed
cli-visit-passed = { $to } goes on with the visit until { $until }
cli-keys = { $count } key(s) in the bay
cli-several-keys = several keys are in the bay: say which with --key PLACE or --key SERIAL
cli-no-such-key = no such key in the bay: see `keydesk key list`
cli-joined = joined { $registry } as { $station }
cli-one-time-code = one-time code
cli-the-one-time-code = the one-time code
cli-no-reason = --reason says why it is asked for
cli-no-releaser = --by says which agent has come
cli-no-reset = name the reset: `keydesk reset list` lists them
cli-no-last-name = --last-name says whose account it is
cli-name-differs = --last-name is not that of the person whose account it is ({ $person }): nothing was released
cli-resets = { $open } wait, of { $shown } shown
cli-reset-is = the reset is { $state }
cli-until = until { $until }
cli-person-factors = { $name }: { $apps } app(s) or token(s), { $keys } key(s){ $lost }
cli-token = token { $serial }
cli-removed-at = removed { $at }
cli-suspended-at = suspended { $at } ({ $why })
cli-gone-at = gone { $at }
cli-enrolled-at = enrolled { $at } at { $station }
cli-tested-at = tested { $at }
cli-tested-never = tested never
cli-key = key { $serial }
cli-code-phone = the code that the phone shows
cli-no-code = no right code came within five minutes of the secret
cli-code-of = the code of { $of }
cli-code-next = wrong; the code that { $of } shows next
cli-which-administrator = all factors are lost: say with --administrator who of these is at the desk and proves theirs: { $each }
cli-which-waiting = several wait: say with --factor or --credential which: { $each }
cli-no-serial = --serial is no serial number
cli-no-qr = say with --qr where the QR code goes: nothing of a secret is printed otherwise
cli-code-wanted = { $prompt } is wanted: { $e }
cli-which-of = say with { $option } which of these: { $each }
cli-not-imported = { $path }: { $error }: nothing was imported
cli-seeds-destroy = { $path } still holds their seeds: destroy it and every copy of it, e.g. with `shred -u`
cli-seeds-lock = { $path } still holds their seeds: lock it away until they are in stock, then destroy it and every copy of it
cli-lots-refused = the registry refused { $refused } of { $lots } lot(s); see `keydesk outbox list`. { $said }
cli-in-stock = they are in stock
cli-lots-queued = the registry cannot be reached; { $queued } of { $lots } lot(s) wait in the outbox: `keydesk outbox push` sends them
cli-not-hex = file descriptor { $fd } does not hold a key in hexadecimal digits
cli-expiring = { $count } of them expire, the first on { $first }: nothing ends them by itself; take them back before that
cli-sealed = { $count } token(s) sealed: { $standing }
cli-audit-whole = { $records } records in { $segments } segment(s), chain whole; head { $sequence } { $head }
cli-no-receipt = { $why }; a receipt is what `keydesk registry acts --id N --out FILE` writes
cli-proves-nothing = { $file }: it proves nothing: { $why }
cli-receipt-newer = it has version { $version }, and { $known } is known here: update Keydesk
cli-receipt-act = its act cannot be used: { $fault }
cli-receipt-client-data = its client data are not of a signature
cli-receipt-another = something else was signed than its act
cli-receipt-origin = it was not signed for the origin that it names
cli-receipt-time = it says that it was accepted before it was asked for
cli-receipt-algorithm = the signer's key is of an algorithm that is not checked here: only ES256 is
cli-receipt-signed = signed for { $signer } with credential { $credential }, asked at { $asked }, accepted at { $accepted }
cli-receipt-compare = whose key that is, and when it was accepted, the file alone says: compare the key's SHA-256 { $fingerprint } with what the registry has
cli-fd-unread = file descriptor { $fd } cannot be read ({ $why }): open it for reading, e.g. with 3<FILE
cli-secret-empty = { $name } is empty: a PIN or code is expected there
cli-secret-form = { $name } does not hold one short line of UTF-8
cli-no-terminal = { $what } is needed: name a file descriptor with { $option }, there is no terminal to ask on
cli-terminal-failed = the terminal failed: { $why }
cli-fd-line = line { $line } of file descriptor { $fd }
cli-the-terminal = the terminal
cli-the-pin = the PIN
cli-a-code = a code
cli-fd-unwritten = file descriptor { $fd } cannot be written ({ $why }): open it for writing, e.g. with 4>FILE
cli-file-unwritten = { $path } cannot be written: { $why }
cli-letter-remains = { $unwritten }; it cannot be removed either ({ $removing }): destroy it, it may hold a PIN
cli-letter-characters = this PIN cannot stand in a letter: it holds more than plain letters and digits
cli-qr-too-long = the registry's names are too long for a QR code
cli-qr-unmade = the picture cannot be made: { $why }
cli-qr-unshown = standard error cannot be written: { $why }
cli-file-large = it is larger than 1 MiB: is it the right file?
cli-several-named = { $name } names { $keys }: say which with --key PLACE

## The registry's pages

page-language = Nederlands
page-skip = To the content
page-nav = Pages
page-sign-out = Sign out
page-people = People
page-to-start = To the start
page-sign-in = Sign in
page-sign-in-for = For administrators of an organisation: see what your people have, and ask for a reset of their MFA.
page-by-key = With your security key
page-by-key-how = Plug it in. Your browser asks for its PIN, and then for a touch.
page-by-own-key = With your own key, as at a station
page-use-key = Use security key
page-key-waiting = Follow what your browser asks, and touch the key.
page-key-failed = The key did not answer, or you stopped. Nothing was sent: try again.
page-key-nothing = Nothing came from a key. Plug it in and try again.
page-key-needs-script = A key needs JavaScript in your browser. Everything else on these pages works without.
page-key-refused = This key opens nothing here. Take the one that you sign in with; if you have no other, go to a help desk.
page-sign-in-late = The page was open for too long. Try again now.
page-by-code = With your authenticator app
page-by-code-how = Only if you have no security key. Type your e-mail address, and the code that the app shows for { $platform }.
page-email = E-mail address
page-code = Code
page-code-form = A code has 6 to 8 digits.
page-code-wrong = This code is not taken. Check the address and wait for the next code. If you have a security key, sign in with that.
page-code-shut = Five codes in a row were wrong. No code is taken for this address until you have been at a help desk. A security key still works.
page-code-many = Too many wrong codes came from where you are. Wait a minute.
page-not-an-administrator = That is you, but these pages are for administrators of an organisation. Ask yours, or go to a help desk.
page-to-agents = For agents of Customer Service
page-agents = Agents
page-agents-for = For agents of Customer Service without a station near: look at a request that waits, release it or refuse it.
page-to-administrators = For administrators of an organisation
page-people-of = People of { $organisation }
page-search = Name, e-mail address or number
page-search-go = Search
page-nobody = Nobody is found.
page-paging = More people
page-previous = Previous
page-next = Next
page-number = Page { $number }
page-kind = Kind
page-employee-number = Employee number
page-kind-employee = Employee
page-kind-user-administrator = User administrator
page-kind-main-administrator = Main administrator
page-kind-unaffiliated = Without an organisation
page-kind-representative = Authorised representative
page-what-opens = What opens the account
page-nothing-opens = Nothing: no security key and no authenticator app.
page-last-used = last used
page-suspended = suspended: { $why }
page-waits = waits for its owner
page-works = works
page-lent = lent until
page-back-to-people = Back to the people
page-not-found = There is no such page
page-not-found-next = The address may be wrong, or what it was about belongs to somebody else.
page-stale = This was not taken
page-stale-next = The page was open for too long, or was sent before. Go back to the start and open it again.
page-busy = Too much at once
page-busy-next = Wait a moment and try again. Nothing was changed.
page-failed = This did not work
page-failed-next = Nothing was changed. Try again, or go to a help desk.
page-requests = Requests
page-no-requests = Nothing was asked for.
page-ask = Ask for a reset
page-ask-for = Ask for a reset of { $person }'s MFA
page-ask-means = Everything that opens the account of { $person } is deleted once a help desk carries this out, with the person there. Then they get new ones.
page-ask-why = Why?
page-ask-remark = What else is to be known? (may stay empty)
page-ask-ticket = Ticket number (may stay empty)
page-ask-on = Look at what you sign
page-ask-no-reason = Choose why.
page-ask-one-line = Each text is one line without invisible characters: at most { $most } characters, and { $ticket } of a ticket number.
page-not-for-oneself = Nobody asks for their own reset. Another administrator of your organisation does.
page-for-others = No administrator asks for this one. It is done by: { $may }. Go to a help desk.
page-back-to = Back: { $what }
page-state = State
page-state-prepared = waits for your signature
page-state-asked = asked for: it can be carried out at a desk
page-reset-of = Reset of { $person }
page-asked-by = Asked for by
page-prepared-by = Prepared by
page-released-by = Released by
page-by-their-key = signed with their key
page-by-code-only = by a code, which signs nothing
page-not-before = Not before
page-until = Until
page-ended = Ended
page-said-by = Said by
page-refused-beside = { $desk }, who had asked for it: nothing was signed
page-prepared-how = The person is at a help desk that has identified them and waits for you. Ask only if you know of it: call them on a number that you have.
page-withdraw = Withdraw
page-withdraw-how = You asked for this. Withdraw it if it is not needed any more.
page-object = Object
page-object-how = If this is not right, object. Nothing comes of it then, and everybody concerned is told.
page-sign-title = Read, then sign
page-sign-bytes = What is signed, character by character
page-sign-by-key = You sign exactly what stands above, with your security key.
page-sign-key-go = Sign with security key
page-sign-by-code = Without a key this is weaker: it waits for an hour, all administrators of your organisation are told, and any of them may object. Wait for the next code of your app.
page-sign-code-go = Ask with this code
page-sign-code-wrong = This code is not taken. Wait for the next one. After five wrong ones in a row none is taken any more.
page-sign-other-key = Nothing was signed: take the key that you sign in with, and give its PIN.
page-waiting = Requests that wait
page-facts = What the registry knows
page-refuse = Refuse
page-refuse-how = To release it, type the last name and choose Release. Refusing takes no reason; Enter with nothing typed leads there, and asks once more.
page-release-look = Look at what releasing signs
page-release-name = Last name of the person, to release
page-release-go = Release with your key
page-on = Go on
page-asked-at = Asked for at
page-objection-title = Is this right?
page-objection-what = Somebody asked for a reset of the MFA of { $person }: everything that opens the account would be deleted.
page-objection-how = If this is not right, object. Nothing comes of it then, and everybody concerned is told. If it is right, do nothing.
page-objection-else = If you did not expect this, tell your organisation's administrators as well, or a help desk.
page-objection-over = There is nothing to object to
page-objection-over-next = It is over, or the address is not whole. Take it from the mail once more. If you are worried, go to a help desk.
page-objected-title = Objection
page-objected = Your objection is taken: nothing comes of this request.
page-objected-next = Tell your organisation's administrators, or a help desk, what you know of it.
page-malformed = This is not understood
page-ask-title = Read, then ask
page-ask-head = { $signer } asks: all that opens this account is deleted.
page-not-for-oneself-served = Nobody asks for their own reset. For you, Customer Service does: go to a help desk.
page-none-waits = Nothing waits.
page-others = Others
page-where = Where
page-away = The person is not at a desk.
page-own-request = You asked for this: another agent releases it. Withdraw it if it is not needed any more.
page-refuse-title = Refuse it?
page-refuse-sure = Nothing comes then of the reset of { $person }, for good; it can be asked for anew. No reason is needed, and nothing is deleted.
page-over = Nothing was done: it stands otherwise by now, as you see below.
page-not-allowed = This is not for you to do
page-not-allowed-next = What you can do stands on your own pages. If this should be yours, ask Customer Service or a help desk.
page-open-already = Nothing new was asked for: this reset is open already. It is carried out, withdrawn or refused first.
page-needs-no-reset = { $person } never had anything that opens the account: no reset is needed. They go to a help desk with a document, and get their first key there.
page-vouch-open = A reset of { $person } is open: there is nothing to vouch for.
page-vouch-works = { $person } has something that opens the account: they prove that, and no reset is needed. If it is lost, a help desk or Customer Service suspends it first; then you can vouch here.
page-state-vouched = vouched for: call Customer Service now
page-nothing-left = Nothing: all that opened it is lost, or was deleted. A reset lets them get new ones.
page-objection-stopped = The reset of { $person } that this link is about was stopped: nothing was deleted by it.
page-objection-done = The reset of { $person } that this link is about was carried out: everything that opened the account was deleted.
page-objection-done-next = If that was not right, go to a help desk, or call Customer Service, at once.
page-state-asked-waits = asked for by a code: it waits, and may be objected to; then it can be carried out at a desk
page-state-objectable = released: it waits, and may be objected to; then it can be carried out

# Not at a desk.
run-ask-away = ASK FOR A RESET: NOT AT A DESK
run-except-reset = RESET: NOT AT A DESK
away-video-big = BY VIDEO
away-call-big = CALL BACK
away-video-1 = Start the video call yourself, from this organisation's own account. { $person } holds the document beside the face, tilts it, and moves a hand before the face.
away-video-2 = Compare face and document, and the name and date of birth on it with the page. A bad picture, an excuse or a second voice: it is not them.
away-call-1 = Hang up, and call { $number }: that number has been on record of { $person } for a week or more. Take no other one.
away-call-2 = Say who you are and why you call. { $person } has to say what they asked for, and that they want all of it deleted.
away-never = Caller id proves nothing. No knowledge questions. Nothing is read out, mailed or written down that resets anybody.
away-refusal = Esc refuses, and takes no reason. To the person: “We cannot reset your account like this. Please come to a desk with your document.”
away-except-big = HOW LONG?
away-except-how = { $asked_by } asked, { $released_by } released: all that opens the account of { $person } is deleted now, for ever, and it stays shut until they come to a desk with their document:
away-except-days = For how many working days (1 to { $max })? { $owner } answers for it:
away-except-wrong = That is no number of 1 to { $max }.
away-looked-video = video, { $document }
away-looked-called = called back at the number on record that ends in { $digits }
away-looked = 1. { $first }; 2. { $second }
away-looked-by = { $how }, by { $by } at { $station }, { $at }
away-excepted = All that opened the account of { $name } is deleted ({ $count }).
away-excepted-next = The account is shut. { $name } may come to any desk with their document until { $until }, or take a key there that was made ahead; { $owner } answers for it. After that a new reset is needed.
away-asked-next = A second agent releases it within 4 hours, at any station (F11). The person can object then, for a day as a rule; after that you, or another agent than who released, carry it out (F11). The person gets a notice of it.
away-released-next = The person may object until { $from }. Then whoever asked or another agent carries it out (F11), until { $until }; not you.
key-ask-away = not at a desk
key-other-way = other way
key-it-is-them = it is them
key-except = carry it out
person-choice-ask = v asks for a reset of the account · n the same for somebody who is not at a desk; a second agent releases it
person-reset-away = A reset for somebody who is not at a desk, asked for by { $by }, is released: it is carried out from { $from } until { $until }.
person-exception = The account was reset while they were not at a desk. Identify them by their document and enrol, until { $until }; { $owner } answers for it.
person-exception-over = The account was reset while they were not at a desk, and nothing was enrolled until { $until }. It stays shut: a new reset is needed.
resets-away-ripe = { $by } released it for somebody who is not at a desk, and nobody objected. Until { $until } whoever asked, or another agent, carries it out (Enter).
person-reset-away-ripe = A reset for somebody who is not at a desk, asked for by { $by }, is released: it is carried out until { $until } (v).
resets-away = { $by } released it for somebody who is not at a desk. They may object until { $from }; from then until { $until } whoever asked, or another agent, carries it out.
resets-exception = Its account waits for its person, who may come to any desk until { $until }. { $owner } answers for it.
resets-overdue = Overdue since { $until }: nobody came, and the account is shut. { $owner } answers for it; a new reset is needed.
account-reset-is-excepted = waits for person
account-reset-is-overdue = OVERDUE
home-overdue = { $count ->
    [one] 1 account was reset, and its person did not come in time: overdue
   *[other] { $count } accounts were reset, and their people did not come in time: overdue
}
unmet-one-way = { $person } is not at a desk, and that takes two ways of identifying them; fewer than two are open. Another administrator of { $organisation } can vouch for them with their own key, on the registry's page: then begin anew.
unmet-one-way-alone = { $person } is not at a desk, and that takes two ways of identifying them; fewer than two are open.
unmet-may-object = { $person } was not at a desk, and may object until { $until }: it is carried out after that.
unmet-may-still-come = Whether the account of { $person } was reset is not certain yet: what this desk asked for may still arrive. Whoever began it settles it now, or carries the reset out once more; else ask again after { $until }.
cli-not-called-back = --called-back says that the person was called at the number on record; nobody's word takes its place: no administrator has vouched for this on the registry's page, or that word was used already
cli-no-days = --days says for how many working days the person may come to a desk
cli-wrong-days = --days is 1 to { $max }: nothing was deleted
cli-exception = exception of { $owner }, until { $until }
cli-exception-overdue = exception of { $owner }, overdue since { $until }
cli-from-until = from { $from } until { $until }
act-vouch-reset = { $signer } vouches that this person is who they say, has lost all factors, and asks for this:
act-vouch-reset-head = { $signer } vouches that this person is who they say, has lost all factors, and asks that all that opens this account be deleted. The reset may be asked for by that.
away-looked-vouched = an administrator of the organisation vouched
away-by-the-agent = By you; and in one more way, by video or a call back, by the agent who asks.
away-signed-by = { $how }: { $by }, with their own key on a page, { $at }
away-vouched = { $by } vouched for this person ({ $at }): { $reason }. That can stand for one way.
page-vouch = Vouch for { $person } with your key
page-vouched = { $by } vouched for { $person }: with that, the reset can be asked for. Nothing goes on by itself: { $person } or you call Customer Service now.
page-vouch-means = You say that { $person } is known to you, has lost everything that opens the account, and asks for a reset from elsewhere. Speak with them first, face to face or on a number that you know. Customer Service identifies them in one more way and a second agent releases it; { $person } and all administrators are told, and may object for { $hours } hours. An agent can use what you sign for four hours; until then it can be taken back here.
page-vouch-by-key = Nobody answers for others by a code: sign in with your security key.
page-vouch-not-for = You answer for main administrators and representatives of your own organisation, and never for yourself. For others you ask for the reset yourself.
page-vouch-young = You vouch by a security key that has been yours for a week or more, and you have none yet.
page-vouch-back-how = Nobody has asked by this yet. If it is not right, take it back: nothing comes of it then.
cli-not-seen = --video says which document the person held beside their face; nobody's word takes its place: no administrator has vouched for this on the registry's page, or that word was used already
cli-which-way = an administrator vouched for the person; the other way is --video or --called-back: say which
cli-unreachable = The registry cannot be reached, and nothing was done.
cli-unreachable-left = The registry cannot be reached.
cli-unreachable-next = Wait for the line to come back, then give the same command again.
cli-tickets-ahead = For days with a bad line: `keydesk tickets fetch --day today` fetches ahead what it takes to enrol whoever is expected.
cli-registry-words = The registry's own words: “{ $words }”
stop-misused = The arguments leave something open.
stop-misused-next = Give it, and start again.
stop-pin-not-taken = This PIN is not taken; the key was not given it.
stop-pin-not-taken-next = Start again with another PIN.
cli-lent-until = on loan until { $until }
cli-enrolled = enrolled
cli-retested = tested
cli-next-prepared = reset { $id }: one of the organisation's administrators asks for it until { $until }, on the registry's page or at any desk with `keydesk reset sign { $id } --administrator ID --identified-by …`
cli-next-asked = reset { $id }: a second agent releases it until { $until } with `keydesk reset release { $id } --last-name NAME`
cli-next-released = reset { $id }: `keydesk reset carry-out { $id } --person { $person }` carries it out, { $when }, with the person at the desk
cli-next-away = reset { $id }: `keydesk reset carry-out { $id } --person { $person } --days N` carries it out, { $when }
cli-next-again = reset { $id }: you carried it out, and nothing was enrolled. `keydesk reset carry-out { $id } --person { $person } --identified-by …` lets you go on until { $until }, without anybody being asked anew
cli-next-carried-out = nobody gets into the account until something is enrolled in this visit, until { $until }: `keydesk enrol --person { $person } --identified-by …`
cli-beside-open = A reset of this account is open. { $next }
cli-reset-stands = { $state } ({ $when })
cli-reset-asked = of the account of { $person }, who { $place }; asked for by { $by } at { $station }, { $at }: { $why }.
cli-reset-away = was not at a desk
cli-reset-at-desk = was identified at a desk, or has an administrator who asked
cli-reset-by-code = It was asked for with a code, which signs nothing.
cli-reset-ticket = ticket: { $ticket }
cli-reset-remark = in the words of { $by }: “{ $remark }”
cli-reset-deletes = would be deleted: { $each }
cli-reset-fact = registry: { $fact }

## Why the registry refused, with the facts

because-both = { $first } { $then }
because-oneself-served = Nobody serves themself or their own organisation: this is yourself. Another operator may.
because-own-organisation = Nobody serves themself or their own organisation: this is your own organisation, { $organisation }. Another operator may.
because-visit-gone = Visit { $visit } is not open here, or has ended: identify the person anew.
because-served-elsewhere = { $operator } has received this person at { $station } since, and nobody is served at two desks at once: go on there, or identify them anew here once they are done there.
because-release-over = The account was reset by what was released until { $until }, and that time is over. { $needed }
because-identify-anew = { $person } must be identified anew.
because-prove-own = { $person } has a factor: they prove it once, by a touch with its PIN or by a code. One that is lost is suspended first.
because-administrator-proves = { $person } has lost all factors: an administrator of their organisation proves one of theirs at the desk ({ $may }).
because-no-prover = { $person } has lost all factors. An administrator of their organisation must prove one of theirs at the desk, and none of them has one that can: it was there before this visit, and nobody whose visit this is enrolled it, as far as each account says whose it is. Enrol one for an administrator first, or another operator serves them.
because-answers-not = { $prover } cannot answer for { $person }. { $needed }
because-account-of-nobody = { $operator }'s account does not say which human it is of, and so has no hand in what somebody else stands by: the registry's administrator says it with `keydesk registry operators set`.
because-made-ahead = What was made ahead is taken with a factor of one's own: prove one, or enrol anew.
because-maker-identified = Another human than its maker must have identified its owner: another operator may, whose account says whose it is (`keydesk registry operators set`).
because-touch-first = Its owner never had another factor: they touch this one, with its PIN, or give its code first.
because-releaser-goes-on = Whoever released the reset does not go on with this visit: another operator does.
because-maker-goes-on = Whoever enrolled the factor by which an administrator answers for the person does not go on with this visit: another operator does.
because-not-come = Credential { $credential } is not here, and whoever asked for offer { $offer } gives up what comes of it. For anybody else: { $otherwise }
because-hand-in-answer = Whoever released a reset, or enrolled the factor by which an administrator answers for the person, has no part in what comes of it: another operator does, whose account says whose it is.
because-nothing-to-take-back = Nobody answers for this person any more, or a reset was asked for by it: there is nothing to take back.
because-signed-in-nowhere = Operator { $operator } is signed in nowhere: they sign in first.
because-nothing-waits = Nothing of that name waits for this person: look at their page once more.
because-nothing-proved = { $person } has proved no factor in this visit that they had when it began: test a key, app or token of theirs, and begin anew.
because-identified-otherwise = { $person } was identified for this by { $how }: an identification is for one case, and a case has one.
because-identified-then = It is for whoever was identified when the reset was asked for, and that was by something else than { $now }: they show what they showed then.
because-refused-beside-asker = A second agent refuses beside whoever asked for the reset, at their desk; anywhere else they sign in themselves and refuse it.
because-stated-alone = Nobody is identified by a statement: it takes a document.
because-method-unknown = This registry knows no method “{ $method }”: it has { $known }.
because-method-not-at-desk = The method “{ $method }” is not for somebody at the desk: a document that is compared with them is.
because-nobody-identified = Nobody was identified in this visit: identify the person anew.
because-identified-long-ago = An identification is good for asking for half an hour: end the visit, and identify the person anew.
because-no-person = There is no person { $person }; find them by name, e-mail address or number.
because-no-operator = There is no operator { $operator }.
because-operator-revoked = Operator { $operator } was revoked at { $at }; the registry's administrator says more.
because-operator-key-revoked = This key of { $operator } was revoked at { $at }: sign in with the key that took its place, or ask for a code with `keydesk registry operators new-key`.
because-station-revoked = Station { $station } was revoked at { $at }: what it holds stays in its journal and outbox; ask the registry's administrator, and join anew with an empty data directory (`keydesk station join`) to work on.
because-asker-of-nobody = { $operator }'s account does not say which human it is of, and so asks for and releases nothing: the registry's administrator says it with `keydesk registry operators set`.
because-enrol-now = Factors may be added for { $person } in this visit: enrol now.
because-prove-instead = { $person } has a factor that opens their account: they prove it, and no reset is needed. One that is lost is suspended first.
because-enrol-as-anybody = No reset is needed for { $person }: enrol as for anybody.
because-administrator-asks = No release is needed for { $person }: an administrator of their organisation asks for it.
because-service-asks = A Customer Service agent asks for the reset of { $person }'s account.
because-no-administrator-asks = No administrator asks for the reset of { $person }'s account: a Customer Service agent does.
because-others-reset = No administrator asks for a reset of { $person }'s account. It is done by: { $may }.
because-own-reset-served = Nobody asks for their own reset: for you Customer Service does.
because-own-reset = Nobody asks for their own reset: another administrator of your organisation does.
because-only-administrators = Only administrators of the organisation ask for this.
because-no-asking-administrator = No administrator of the organisation of { $person } has a factor to ask with: enrol one for an administrator first.
because-not-in-organisation = There is nobody like that in your organisation.
because-account-changed = { $operator }'s account was changed at { $at }, after it signed this: it is asked for anew.
because-other-by-now = { $person }, or what they have, is another by now than when the reset was asked for: look at their page, withdraw the reset, and ask anew if it is still needed.
because-no-reset = There is no reset { $reset }: `keydesk reset list` lists them.
because-no-reset-here = No reset { $reset } that was prepared or carried out at this station is known here, nor one that whoever is signed in carried out: Customer Service sees all of them.
because-reset-prepared-elsewhere = Reset { $reset } is shown where it was prepared, and at another desk only once it can be carried out there.
because-reset-over = Reset { $reset } cannot be used for this. { $how }
because-reset-open = A reset of { $person }'s account is open already. { $how } It is carried out, withdrawn or refused first.
because-reset-limit = { $count } resets of the account of { $person } were asked for within 24 hours: none is taken until the first of them is older. The registry's administrator lifts that sooner: `keydesk registry resets allow`.
because-prepared = It waits for an administrator to ask for it, until { $until }.
because-requested = It waits for a second agent's release, until { $until }.
because-ripens = It waits, so that it can be objected to: it is carried out from { $from } until { $until }.
because-ripe = It can be carried out, until { $until }.
because-reset-is = It is { $state }.
because-asked-already = It was asked for already.
because-of-another = It is of another person's account.
because-person-not-at-desk = Its person was not at a desk: an agent carries it out, and they come to a desk afterwards.
because-carried-out-in-visit = It is carried out in a visit of its person.
because-carried-out-by-another = It was carried out, and whoever did that goes on with it.
because-complete = Something was enrolled since: it is complete.
because-released-no-more = It is not released any more.
because-asked-for-no-more = It is not asked for any more.
because-enrolled-since = Something was enrolled for the person since it was asked for.
because-called-otherwise = Its person is called otherwise, or is of another organisation by now.
because-exception-over = The exception after the reset of { $person } ended at { $at }: a new reset is needed, and until then the account stays shut.
because-exception-open = { $person }'s account was reset, and they may come to a desk with their document until { $until }: no other reset is needed.
because-releaser-has-part = Whoever released a reset has no part in what comes of it: another operator does, whose account says whose it is.
because-release-not-asked = Nobody's release is asked for { $person }.
because-releases-nothing = { $role } releases nothing. This is for: { $may }.
because-releaser-new = { $operator }'s account was made or changed lately, and releases nothing before { $at }: another agent may.
because-releaser-same-human = Whoever asked for a reset, or received the person, does not release it, under whichever account: a second agent does, and not { $operator }.
because-name-differs = The last name that was typed is not that of the person whose account it is: read the request once more.
because-releaser-carries-out = Whoever released a reset does not carry it out: the agent who asked does, or another operator.
because-ends-own = Whoever asked for a reset, or prepared it, withdraws it; somebody else refuses it.
because-withdraws-own = Whoever asked withdraws it; others object.
because-no-such-reset = There is no such reset.
because-factor-ended = The factor by which this was asked for opens nothing any more: it is asked for anew.
because-maker-serves = Whoever enrolled the factor by which this is asked for does not serve the person: another operator does, or it is asked for with another factor.
because-no-key-here = { $person } has no key here by which they can answer for others: one that was there before this visit, and that whoever serves them did not make, as far as each account says whose it is. Another administrator, another desk, or their page.
because-signer-at-desk = Whoever signs is at the desk: identify them anew, and begin anew.
because-no-method = This registry has no method whose means is this: { $means }.
because-no-number = There is no number on record of { $person }.
because-young-number = The number on record of { $person } is there since { $since }, and is called back only a week after that.
because-not-a-number = What is on record of { $person } is no number.
because-number-changed = The number on record of { $person } is another one by now: begin anew.
because-way-taken = { $person } was identified for this already ({ $look }): each way counts once. Begin anew.
because-others-work = What was looked at is of another person, or by another agent: whoever asks identifies the person themself.
because-no-way = { $person } is not at a desk, and is identified in two ways that differ in kind: by video, by calling them back at a number on record, by an administrator who answers for them with their key. None was taken for this.
because-one-way = { $person } is not at a desk, and is identified in two ways that differ in kind: by video, by calling them back at a number on record, by an administrator who answers for them with their key. One was taken for this: { $look }.
because-away-long-ago = An identification is good for asking for half an hour: begin anew, with both.
because-vouches-not-for-them = An administrator answers with their key for a main administrator or a representative of their own organisation, and for nobody else.
because-key-young = An administrator answers for somebody by a security key that has opened their own account for a week or more.
because-voucher-key-made = Whoever enrolled the key by which an administrator answered neither asks by it, nor releases that, nor carries it out: another agent does.
because-other-reason = { $administrator } answered for a reset because of this: { $reason }. It is asked for with that reason, or they answer anew.
because-vouching-fallen = An administrator answered for { $person } by a key of theirs, and by now may not, or this operator had a hand in that key: another agent does it, or the reset is withdrawn and asked for anew.
because-acts-open = { $count } acts were drawn up here within five minutes, and not signed: sign the newest, or wait.
because-not-asked-to-sign = Nobody was asked here to sign that, or it was signed already: begin anew.
because-signed-late = It was to be signed within five minutes: begin anew.
because-others-key = This is not a key of whoever was asked to sign: take theirs.
because-key-revoked = This key was revoked at { $at }: sign with the one that took its place.
because-key-shut = This key opens nothing any more: sign with another one.
because-act-changed = What was signed says something that no longer holds: begin anew.
because-request-changed = What was asked for says something that no longer holds: begin anew.
because-on-loan = { $person } has a key on loan until { $until }: they use that one. If they lost it, it is suspended first.
because-lent-already = A key was lent to { $person } in this visit already: there is one loan a visit.
because-nothing-forgotten = { $person } had no factor to forget: enrol as for anybody.
because-lost-not-forgotten = { $person } has lost all factors: an administrator of their organisation asks for another one.
because-loan-not-asked = Nobody is asked to stand by what { $person } is lent.
because-stands-by-nothing = { $role } stands by no loan.
because-second-new = { $operator }'s account was made or changed lately, and stands by nothing before { $at }: another member of staff may.
because-second-same-human = Whoever serves somebody does not stand by their loan as well, under whichever account: another human does, and not { $operator }; each account must say whose it is (`keydesk registry operators set`).
because-second-not-theirs = { $administrator } does not stand by what { $person } is lent: an administrator of the same organisation does, with a key that was there before and that whoever serves them did not make.
because-second-first = A second member of staff, or an administrator of their organisation, stands by it with their own key first that { $person } is lent one.
because-loan-over = The loan was to end at { $until }: begin anew.
because-loan-key-made = Whoever enrolled the key by which an administrator stands by a loan has no hand in it, as far as each account says whose it is: another operator does.
because-no-factor = { $person } has no { $factor }: look at the person's page.
because-suspended = { $factor } of { $person } is suspended since { $at } ({ $why }): it opens and proves nothing. { $after }
because-lifted-until = Its owner can have that lifted at a desk, with the factor itself, until { $until }.
because-lent-never-lifted = It is lent, and that is never lifted: its person uses their own key, or is lent one anew.
because-never-lifted = That is never lifted: another factor takes its place.
because-loan-never-resumed = A loan that is over is never resumed: its person uses their own key, or is lent one anew.
because-lent-not-lifted = { $factor } is lent: a loan that was suspended, or is over, is never resumed.
because-removed = { $factor } was removed at { $at } and is never valid again.
because-not-suspended = { $factor } is not suspended: there is nothing to lift.
because-reported-as = { $factor } was reported as { $why }, which is never lifted.
because-run-out = { $factor } was lost for 30 days until { $at }, and is never valid again.
because-prove-another = They prove another factor of theirs at a desk and get a new one there.
because-new-one-from = A new one is given by: { $may }.
because-document-to-lift = A suspension is lifted for its owner, who is at the desk and shows a document: a statement is none.
because-no-app = { $person } has no app or token { $factor }, or it was removed.
because-counter-behind = The key's signature counter is lower than one that the registry has seen from it already. Either this proof came late, after newer ones of the same key, or the key was copied. Test the key once more: if that is refused too, take it out of use and report it as suspected.
because-credential-gone = Credential { $credential } is gone since { $at }: its key was reset, or the credential withdrawn; enrol the key anew.
because-credential-exists = Credential { $credential } is enrolled already, for { $person }.
because-key-taken = By its serial number this key is enrolled for { $person }: reset it first, or take another key.
because-enrolled-elsewhere = Since the station last asked, { $person } was enrolled at station { $station } on a key that may be this one (credential { $credential }), and the new credential may have taken its place: give this enrolment up with the key at hand, then enrol it anew.
because-token-not-in-stock = There is no token “{ $serial }” in stock: read the number on it once more, or import it.
because-token-lost = Token “{ $serial }” was reported lost: nobody gets it any more, destroy it and take another one.
because-token-of-somebody = Somebody has token “{ $serial }”: it must be returned first.
because-operator-guessed = { $count } codes that operator { $operator } had examined within an hour were wrong: none is examined for them until { $until }. Another operator can go on.
because-subject-guessed = { $count } wrong codes of operator { $operator } within an hour: no more of it are examined for them until { $until }. Another operator can go on; or prove the person by another factor, or enrol a new one.
because-guessed-out = { $count } codes of it in a row were wrong: none is examined any more, another factor takes its place.
because-codes-used-up = { $count } codes were examined under offer { $offer }: begin anew, under another one.
because-code-not-of-secret = The code is not right for this secret at that time: the person must enrol anew.
because-code-outside-offer = The code is of a time before the offer or after the end of the enrolment: check the station's clock.
because-token-next-code = The code is not right for this token: wait for the code that follows it, and give both.
because-token-code-used = The code is not right for this token: it was used already, wait for the next one.
because-token-code-misread = The code is not right for this token: one digit differs from a right one, read it once more.
because-token-clock = The code is not right for this token: the token's clock is off by more than ten minutes, it cannot be used.
because-token-other-factor = The code is not right for this token: it is right for another factor of this person.
because-token-other-serial = The code is not right for this token: check the serial number on the token.
because-offer-used = Offer { $offer } has been used: begin anew.
because-offer-expired = Offer { $offer } has expired: begin anew.
because-offers-open = { $count } offers are open, as many as may be: wait until they end, or fetch tickets for fewer people.
because-was-absent = Operator { $operator } was not signed in at this station at { $at }: check the clocks of station and registry. Whoever did it can sign in anew and send it again.
because-offerers-absence = Operator { $operator } was not signed in at this station at { $at }: check the station's clock.
because-dated-ahead = Operator { $operator } is said to have done it at { $at }, and it is { $now } at the registry: check the clocks of station and registry, and send it again after that time.
because-ended-before = It is said to have ended at { $ended }, and was enrolled at { $enrolled }: check the clocks of station and registry. Whoever did it can sign in anew and send it again.
because-waiting-no-more = It is not waiting any more.
because-nobody-vouched = No administrator of { $organisation } has answered for { $person } within the last hours: another one than { $person } does that with their key, on the registry's page.
because-nobody-vouches = { $person } is of no organisation, and has nobody who answers for them.
because-not-taken-back = Credential { $credential } came of another enrolment, was used since, or was taken longer than { $minutes } minutes ago: whoever may reset its key may delete it there.
because-enrolled-by = Credential { $credential } was enrolled by { $operators }, who may take it back themselves. For anybody else: { $otherwise }
because-credential-not-here = { $person } has no such credential here. Where the key holds one of theirs all the same, the registry's data are older than it: delete it on the key (F4, or `keydesk key credentials delete`), and enrol the key anew.
because-no-credential = { $person } has no credential { $credential }.
because-means-video = by video
because-means-call-back = by calling back
because-means-vouching = by an administrator who vouches

## The register of stock

condition-spare = spare
condition-promised = promised
condition-standby = standby
condition-issued = issued
condition-on-loan = on loan
condition-returned = returned
condition-quarantined = quarantined
condition-rejected = rejected
condition-damaged = damaged
condition-lost = lost
condition-stolen = stolen
condition-sent-back = sent back
condition-destroyed = destroyed
stock-act-receive = receive
stock-act-move = move
stock-act-hand-over = hand over
stock-act-confirm = confirm
stock-act-call-off = call off
stock-act-promise = promise
stock-act-free = free
stock-act-prepare = prepare
stock-act-issue = issue
stock-act-return = take back
stock-act-give-back = give back
stock-act-restock = restock
stock-act-count = count
stock-act-report-lost = report lost
stock-act-report-stolen = report stolen
stock-act-find = find
stock-act-report-damaged = report damaged
stock-act-quarantine = quarantine
stock-act-release = release
stock-act-reject = reject
stock-act-send-back = send back
stock-act-destroy = destroy
stock-act-label = label
stock-act-correct-place = correct the place
stock-act-correct-holder = correct the holder
stock-act-correct-item = correct the item
doubt-advisory = its firmware has a published weakness
doubt-policy = the policy does not take it
doubt-used-before = it was used before
doubt-no-delivery = it came in no delivery
doubt-known-already = another item has its identifier
doubt-faulty = it does not answer as it should
doubt-found = it was gone, and is there again
doubt-other = as whoever did it says
place-stock-room = stock room
place-desk = desk
place-drawer = drawer
place-safe = safe
item-security-key = security key
item-hardware-token = hardware token
identifier-tag = tag { $tag }
identifier-serial = no. { $serial }
stock-refusal = Not done: { $act }, { $item }. { $why } { $stands } { $next }
stock-refusal-item = an item
stock-refusal-stands = As it is: { $condition }.
stock-refusal-stands-nowhere = It is not in the register.
stock-why-unknown = There is no such item.
stock-why-known-already = It is in the register already.
stock-why-another = That is another item.
stock-why-moved = Something else was done with it meanwhile: version { $saw } was seen, { $is } is now.
stock-why-not-so = That can't be done with it as it is.
stock-why-not-now = That is done only with an item that is: { $from }.
stock-why-role = Not for { $role }. This is for: { $may }.
stock-why-other-custodian = { $here } answers for it here, { $there } for the other place: it is handed over and confirmed.
stock-why-same-custodian = It is with { $custodian } already.
stock-why-custodian = That is for { $custodian }, who answers for it.
stock-why-no-second = It takes two people.
stock-why-second-is-first = { $operator } is the first person already: the second is somebody else.
stock-why-already-there = It is there already.
stock-why-already-so = It is so already.
stock-why-not-theirs = It is kept for { $whose }.
stock-why-nobodys = It is kept for nobody.
stock-why-still-theirs = What { $whose } has on it is still there.
stock-why-over = That time is over.
stock-why-nothing-tells = Nothing tells it from others of its model: it takes a tag.
stock-why-has-tag = It has tag { $tag }, and keeps it.
stock-needs-blank = It has to be looked at first: nothing may be on it, and the policy has to take it.
stock-needs-works = It has to be tested for its person first.
stock-needs-receipt = It takes its person's receipt: a touch on it, or their name.
stock-needs-reason = It takes a reason.
stock-next-look-again = Look at the item again.
stock-next-do = First, or instead: { $act }.
stock-next-ask = Ask { $who }.
stock-next-find-second = A second person stands by it.
stock-next-nothing = Nothing was changed.
because-stock-refused = { $refusal }
because-identifier-taken = Another item has { $named }, or had it: nothing was changed. Look that item up.
because-tag-foreign = Tag { $tag } is in no block of this station's: take one of this station's own labels.
because-tags-over = No tags are left to give.
because-place-unknown = There is no place { $place }.
because-place-closed = { $place } is closed: nothing is put there.
because-place-answered = { $operator } answers for { $place } by now: look again, and do it anew.
because-place-full = Something lies at { $place }: it is handed over before somebody else answers for the place, or it is closed.
because-delivery-unknown = There is no delivery { $delivery }.
because-delivery-begun = Something of delivery { $delivery } came already: it stays as it was said.
because-one-human = { $operator } and { $second } are accounts of one human, or one of them does not say whose it is.
because-role-then = { $operator } is not: { $role }.
because-item-unknown = There is no item { $item }.
because-no-such-account = There is no account { $operator } in use.
outbox-movement = stock: something was done with an item
stock-several-items = { $count } items are called { $name }: say which by tag or serial number.
stock-several-places = { $count } places are called { $name }: say which by its tag.
stock-no-tags = This station has no numbers for tags left: with the line up, "keydesk stock tags" gets more.
stock-no-tag = { $text } is no tag: look again, a character may be wrong.
cli-place-kept = { $place } is kept so from now on.
cli-place-closed = closed
cli-places = { $count } places.
cli-items = { $count } items.
cli-stock-counts = { $free } free, { $promised } promised, { $standby } standby, { $held } held back, { $moving } on their way, { $out } out
cli-stock-updated = What other stations did is known here now.
cli-stock-as-of = As of { $at }.
cli-stock-own-only = The registry was never asked: only what was done here is known.
cli-stock-done = Done with { $count }, and the registry knows.
cli-stock-queued = Done with { $count }; the registry is told when it can be reached.
cli-stock-refused = The registry did not take it: { $why } It waits in the outbox: keydesk outbox resolve.
cli-next-tag = The next tag of this station's is { $tag }.
cli-delivery-kept = Delivery { $order } is expected.
cli-delivery-expects = { $count } expected
cli-deliveries = { $count } deliveries.
cli-delivery-came = { $came } of { $expected } came, { $missing } serial numbers missing, { $strange } that were not told
cli-delivery-whole = All of it came, and nothing else.
cli-delivery-differs = It differs from what was to come.
cli-bad-model = { $text }: say the model and how many, e.g. "YubiKey 5 NFC=20".
cli-model-twice = { $text } is named twice: say it once, with how many.
cli-serials-of-one = Serial numbers go with one model only.
cli-bad-serial = line { $line }: { $text } is no serial number, or stands there twice
cli-item-stored = It is { $condition }, at { $place }.
cli-item-moving = It is { $condition }, on its way from { $place } to { $to }.
cli-item-gone = It is { $condition }; it went from { $place }.
cli-item-doubt = Why: { $doubt }.
cli-item-ahead = Something that was done here is not at the registry yet.
cli-item-contested = Something that was done here does not go with what was done elsewhere: see the outbox.
cli-count-missing = missing
cli-count-found = found
cli-counted = { $seen } of { $expected } were there, and { $found } that are recorded elsewhere.
cli-item-no-history = What was done with it before is told while the registry answers.

### Nederlands. Het Engelse bestand heeft dezelfde sleutels; een test vergelijkt ze.

## Personen

kind-employee = werknemer
kind-user-administrator = gebr.beheerder
kind-main-administrator = hoofdbeheerder
kind-unaffiliated = particulier
kind-authorised-representative = gemachtigde
role-help-desk = helpdesk
role-station-administrator = stationsbeheerder
role-customer-service = Klantenservice
document-passport = paspoort
document-identity-card = identiteitskaart
document-driving-licence = rijbewijs
document-residence-permit = verblijfsdocument
factors-none = nog geen factor
factors-keys = { $keys ->
    [one] 1 sleutel
   *[other] { $keys } sleutels
}
factors-apps = { $apps ->
    [one] app
   *[other] { $apps } apps
}
factors-lost = kwijt
factors-lost-keys = { $keys ->
    [one] 1 sleutel geschorst
   *[other] { $keys } sleutels geschorst
}
factors-lost-apps = { $apps ->
    [one] 1 app geschorst
   *[other] { $apps } apps geschorst
}
no-standby = reserve?

## Stappen van de lijst

step-offer = register
step-identify = identiteit
step-key = sleutel
step-check = controle
step-pin = pincode
step-create = aanmaken
step-test = test
step-record = vastleggen
step-push = register
note-identified = { $document } eindigend op { $characters }
note-stated = verklaard: { $statement }
identified-before = Vorige keer ({ $day }): { $how }
identified-before-better = Vorige keer ({ $day }), op een sterkere manier: { $how }
note-key = poort { $slot } · { $model }
note-tested = getest model
note-warned = { $count ->
    [one] 1 waarschuwing
   *[other] { $count } waarschuwingen
}
note-pin-set = gekozen door de persoon
note-pin-changed = gewijzigd door de persoon
note-verified = door de sleutel gecontroleerd
note-left-to-registry = getekend; het register controleert het
note-queued = wacht in de uitbak
note-conflict = geweigerd: zie de uitbak
note-anew = was eruit: opnieuw bekeken
note-created = de sleutel heeft de credential gemaakt
note-proved = de sleutel werkt
note-recorded = op schijf vastgelegd op dit station
note-accepted = geverifieerd door het register
step-touch = aanraking { $nth } van { $of }

## Wat over een sleutel is gevonden

finding-tested-model = getest met IAMconnected
finding-untested-model = dit model is niet getest met IAMconnected; het mag wel
finding-unknown-model = onbekend model; elke FIDO2-sleutel mag
finding-certified = FIDO-gecertificeerd { $level }
finding-not-certified = niet FIDO-gecertificeerd
finding-from-metadata = { $what } (metadata nr. { $no })
finding-revoked = ingetrokken door de FIDO Alliance: neem een andere sleutel
finding-uv-bypass = de pincode of vingerafdruk is te omzeilen: neem een andere sleutel
finding-attestation-compromise = anderen kunnen zich voor dit model uitgeven: neem een andere sleutel
finding-remote-compromise = de geheime sleutels zijn op afstand te stelen: neem een andere sleutel
finding-physical-compromise = wie hem in handen heeft, kan de geheime sleutels kopiëren
finding-reported = de FIDO Alliance meldt { $status }
finding-advisory = { $id }: { $summary }
advisory-ysa-2024-03 = de firmware is zo oud dat wie de sleutel heeft en openmaakt, hem kan kopiëren
finding-rule-allow = toegestaan door het beleid: { $why }
finding-rule-warn = beleid: { $why }
finding-rule-refuse = geweigerd door het beleid: { $why }
finding-lifted = { $what } (toegestaan)
finding-not-fido2 = spreekt alleen U2F: neem een FIDO2-sleutel
finding-no-pin-support = kan geen pincode hebben: neem een andere sleutel
finding-finger-needed = maakt en gebruikt een credential alleen met eigen herkenning, en die is niet ingesteld: leg er eerst een vingerafdruk in vast, of neem een andere sleutel
finding-pin-blocked = pincode geblokkeerd: alleen een reset helpt, en die wist alles
finding-few-retries = { $retries ->
    [one] nog maar 1 poging voor de pincode
   *[other] nog maar { $retries } pogingen voor de pincode
}
finding-pin-change = de sleutel eist een nieuwe pincode: de persoon kiest die onderweg
finding-store-full = geen plaats voor nog een credential: neem een andere sleutel
finding-no-algorithm = kan alleen { $has }, en dat neemt het register niet aan: neem een andere sleutel
finding-not-discoverable = kan geen vindbare credentials bewaren: neem een andere sleutel
finding-bound-to = uitgegeven aan { $person }: neem een andere sleutel
finding-operators-own = de eigen sleutel van de medewerker van de balie: neem die van de persoon
finding-no-standby = een hoofdbeheerder hoort een tweede sleutel te hebben, in een kluis

## Wat er op de sleutel blijft

leaves-nothing = de sleutel blijft zoals hij is
leaves-pin = de sleutel houdt zijn nieuwe pincode; hij is niet uitgegeven
leaves-credential-deleted = de credential wordt gewist; de pincode blijft; niet uitgegeven
leaves-credential = er blijft een credential op; zie onafgemaakt werk
leaves-recorded = de sleutel is uitgegeven; de uitbak verstuurt het
leaves-in-use = de sleutel blijft in gebruik
leaves-unknown = er blijft misschien een credential op; zie onafgemaakt werk
leaves-changed = de sleutel houdt de wijziging
leaves-may-be-changed = de sleutel houdt misschien de wijziging; zie onafgemaakt werk
remains-nothing = De sleutel is zoals hij was.
remains-pin = De sleutel heeft een nieuwe pincode en verder niets. Hij is niet uitgegeven.
remains-credential-deleted = De credential is gemaakt en weer gewist. De pincode blijft. De sleutel is niet uitgegeven.
remains-credential = Op de sleutel staat een credential die het register niet kent. Hij staat bij het onafgemaakte werk.
remains-unknown = Op de sleutel staat misschien een credential die het register niet kent. Hij staat bij het onafgemaakte werk.

remains-in-use = Het register kent de credential op de sleutel. De sleutel werkt.
remains-changed = De sleutel is toch gewijzigd, en dat is vastgelegd.
remains-may-be-changed = De sleutel is misschien toch gewijzigd. Hij staat bij het onafgemaakte werk.
remains-pin-proven = Of de pincode is gewijzigd, is niet te zien. De persoon heeft de pincode bewezen die de sleutel nu heeft.
recorded-credential = Op de sleutel staat een credential die niets opent. De vastlegging zegt dat.
recorded-unknown = Op de sleutel staat misschien een credential die niets opent. De vastlegging zegt dat.
recorded-may-be-changed = De sleutel is misschien toch gewijzigd. De vastlegging zegt dat.
withdrawn-deleted = De credential is van de sleutel gewist. De pincode blijft.
withdrawn-gone = De credential staat niet meer op de sleutel.

## De toetsenregel en de hulp

key-help = hulp
key-lock = op slot
key-sign-out = afmelden
key-quit = afsluiten
key-language = English
key-back = terug
key-stop = stoppen
key-open = openen
key-sign-in = aanmelden
key-first-time = eerste keer: code intoetsen
key-confirm = bevestigen
key-next = verder
key-use = deze sleutel
key-go-on = doorgaan
key-again = nog een keer
key-done = klaar
key-another-key = nog een sleutel
key-move = verplaatsen
key-page = bladeren
key-bay = sleutels
key-outbox = uitbak
key-unfinished = onafgemaakt
key-tickets = tickets voor vandaag
key-by-touch = door aanraken
key-wink = laten knipperen
key-slot = poort met dat nummer
key-document = soort document
key-method = manier
key-other-method = andere manier
key-other-key = andere sleutel
key-push = nu versturen
key-retry = opnieuw sturen
key-withdraw = intrekken
key-refuse-released = weigeren
key-without-key = zonder sleutel
key-take-up = oppakken
key-soft-touch = aanraken
key-soft-plug = in/uit
key-clear = wissen
key-delete = teken wissen
key-delete-word = woord wissen
key-unlock = aanmelden en verdergaan
help-title = Hulp
help-everywhere = Op elk scherm
help-here = Op dit scherm
help-close = elke toets sluit de hulp

## Rand om elk scherm

demo-badge = DEMO
registry-ok = register ✓
registry-down = register onbereikbaar
registry-unknown = register …
registry-not-joined = niet aangesloten
registry-clock-fast = klok loopt { $seconds } s voor
registry-clock-slow = klok loopt { $seconds } s achter
queued = wachtend { $count }
conflicts = { $count ->
    [one] 1 conflict
   *[other] { $count } conflicten
}
too-small = Dit venster is { $columns }×{ $rows }. Keydesk heeft minstens 80×24 nodig: maak het groter.
more-below = nog { $count }
locks-in = gaat op slot over { $seconds } s
plug-which = Welke poort in of uit? { $slots }
who-operator = BALIE
who-person = DE PERSOON
who-station = STATION

## Aanmelden

sign-in-big = AANMELDEN
sign-in-how = Steek uw eigen beveiligingssleutel in een poort en druk op Enter.
sign-in-first = Voor het eerst hier? Druk op c en toets de eenmalige code in die u kreeg.
demo-sign-in = Demonstratie: de sleutel van de balie zit in poort { $slot }, zijn pincode is { $pin }. F2 raakt aan wat knippert.
demo-sign-in-agents = Demonstratie: de sleutels van { $first } en { $second } zitten in poort 1 en 2, de pincode is { $pin }. W. Example is alles kwijt. F2 raakt aan wat knippert.
sign-in-keys = { $count ->
    [0] geen sleutel in de poorten
    [one] 1 sleutel in de poorten
   *[other] { $count } sleutels in de poorten
}
code-big = UW CODE
code-how = Toets uw eenmalige code in. Daarna wordt uw eigen sleutel vastgelegd; voortaan meldt u zich daarmee aan.
code-label = Code
lock-big = BEZIG
lock-title = OP SLOT
lock-how = Er loopt een uitgifte. De medewerker meldt zich aan om verder te gaan.
lock-other = Een andere medewerker heeft zich aangemeld; de lopende uitgifte is gestopt.

## Begin

home-find = Zoek
home-placeholder = naam, e-mail, personeels- of KvK-nummer
home-people = { $count ->
    [0] niemand gevonden
    [one] 1 persoon
   *[other] { $count } personen
}
home-people-short = toets twee letters of meer in
home-people-more = eerste { $count }: toets meer in
home-from-tickets = ! uit tickets
home-searching = zoeken …
home-expected = Vandaag verwacht
home-expected-none = vandaag wordt niemand verwacht
home-bay = POORTEN
home-bay-empty = geen sleutel ingestoken
home-unfinished = { $count ->
    [one] 1 ONAFGEMAAKT: gestopt om { $at }
   *[other] { $count } ONAFGEMAAKT: het oudste gestopt om { $at }
}
home-conflicts = { $count ->
    [one] 1 CONFLICT: het register weigerde een zending
   *[other] { $count } CONFLICTEN: het register weigerde zendingen
}
home-tickets = { $count ->
    [one] 1 ticket voor vandaag
   *[other] { $count } tickets voor vandaag
}
home-recent = LAATSTE UITGIFTEN
home-recent-none = nog geen
home-person = PERSOON
home-loading = het station wordt gevraagd …
stage-begun = voordat de sleutel antwoordde
stage-pin-set = nadat de pincode was gezet
stage-made = nadat de sleutel was beschreven
stage-own-key = bij een eerste aanmelding
stage-withdrawal = bij het intrekken
stage-care = bij een wijziging

## Poorten

slot-empty = –
slot-opening = vragen …
slot-ready = gereed
slot-reset = reset
slot-busy = bezig
slot-u2f = alleen U2F: onbruikbaar
slot-no-permission = geen toegang: de udev-regel van het station ontbreekt
slot-no-room = te veel sleutels open: trek er een uit
slot-failed = antwoordt niet: uittrekken en terugsteken
slot-answers = firmware { $firmware }, { $pin }
slot-no-permission-at = geen toegang tot { $node }: installeer udev/70-keydesk.rules en zet de gebruiker in de groep keydesk
slot-no-room-for = er zijn al { $limit } sleutels open: trek er een uit
slot-system = het systeem opent hem niet; het meldt (Engels): “{ $reason }”. Steek hem opnieuw in.
slot-broke = het station zelf faalde terwijl het met deze sleutel sprak: steek hem opnieuw in, en meld het
slot-garbled = Wat er niet aan klopte (Engels): “{ $detail }”.
pin-none = geen pincode
pin-set = pincode gezet
pin-set-tries = { $tries ->
    [one] pincode, 1 poging
   *[other] pincode, { $tries } pogingen
}
pin-blocked = pin geblokkeerd
pin-change = pincode moet anders
pin-unsupported = pincode kan niet
pin-finger = vingerafdruk
slot-advisory = lek

## Pagina van een persoon

person-title = PERSOON
person-email = E-mail
person-number = Personeelsnummer
person-number-short = nr. { $number }
person-coc-short = KvK { $number }
person-organisation = Organisatie
person-coc = KvK-nummer
person-kind = Soort
person-factors = Factoren
person-identified = Geïdentificeerd om { $time }: { $how } ({ $operator }, { $station })
person-credentials = BEVEILIGINGSSLEUTELS
person-no-credentials = Nog geen beveiligingssleutel.
person-enrolled = uitgegeven { $day }
person-tested = getest { $day }
person-never-tested = sindsdien niet getest
person-model-maker = (bewezen)
person-model-said = (onbewezen)
person-serial = serienr. { $serial }
person-advice-standby = Een hoofdbeheerder hoort twee sleutels te hebben: een voor elke dag en een reserve in een kluis.
person-advice-first = Dit wordt de eerste sleutel. Raad een tweede aan, elders bewaard.
person-from-ticket = Uit een ticket: het register is onbereikbaar, dus wat daar nu staat is niet te zien.
person-loading = de pagina wordt opgehaald …

## Lopend

run-lend = SLEUTEL UITLENEN
run-enrol = SLEUTEL UITGEVEN
run-sign-in = AANMELDEN
run-first-sign-in = EERSTE AANMELDING
run-resolve = ONAFGEMAAKT WERK
run-withdraw = UITGIFTE INTREKKEN
challenge-left = aanbod nog { $left }
challenge-days = aanbod { $days ->
    [one] nog 1 dag
   *[other] nog { $days } dagen
}
challenge-over = aanbod verlopen
stop-line = stoppen: { $leaves }
stop-sure = Nog eens Esc: { $leaves }
stop-any = elke andere toets gaat door
stopping = stoppen …
wait-big = WACHT
wait-offer = Het register wordt gevraagd wat er gemaakt moet worden.
wait-identify = Een ogenblik.
wait-key = De sleutel wordt gevraagd wie hij is.
wait-check = De sleutel wordt gecontroleerd.
wait-pin = De sleutel controleert de pincode.
wait-create = De sleutel wordt klaargezet. Laat hem in zijn poort zitten.
wait-test = De sleutel wordt klaargezet voor de test. Laat hem in zijn poort zitten.
wait-record = Wordt op schijf vastgelegd.
wait-push = Het register verifieert.
wait-stopping = Er wordt gestopt.
identify-big = WIE IS HET?
identify-how = Vergelijk het document met de persoon en met de naam hier.
identify-served = { $operator } helpt deze persoon nu bij { $station }. Hier identificeren beëindigt dat bezoek: vraag het daar eerst.
identify-which = Welk document?
identify-method = Op welke manier?
method-document = document, vergeleken met de persoon
identify-four = { $document }: de laatste vier tekens
identify-enter = Enter bevestigt: dit is { $name }
identify-wrong = Precies vier letters of cijfers.
choose-big = WELKE?
choose-how = Kies op poort. Niet zeker: w laat de gemarkeerde sleutel knipperen, met t beslist een aanraking.
choose-wanted = Dat is een andere sleutel. Deze wordt bedoeld: { $model }.
choose-wanted-of = Dat is geen sleutel van { $name }: neem er een van die persoon.
insert-big = STEEK IN
insert-how = Steek de sleutel in een van de poorten.
by-touch-big = RAAK AAN
by-touch-how = Raak de sleutel aan die gebruikt moet worden. Alle sleutels knipperen.
winking = Poort { $slot } knippert.
admit-big = DEZE?
admit-refused-big = DEZE NIET
admit-how = Enter neemt deze sleutel toch.
new-pin-big = UW PINCODE
new-pin-how = Kies een pincode voor deze sleutel en toets hem in.
new-pin-again-big = NOG EENS
new-pin-again-how = Toets dezelfde pincode nog een keer in.
new-pin-yours = De pincode is alleen van u. Niemand hier mag hem zien of weten.
new-pin-refused = De sleutel weigert deze pincode. Kies een andere, misschien een langere.
pin-rules-at = De sleutel zegt dat zijn regels staan uitgelegd op { $url }.
pin-at-most = Hij neemt ten hoogste { $max } tekens aan.
new-pin-mismatch = De twee waren niet gelijk. Begin opnieuw met de eerste.
current-pin-big = UW PINCODE
current-pin-how = Toets de pincode van deze sleutel in.
current-pin-wrong = Dat was niet de pincode van deze sleutel.
key-gone = De sleutel in poort { $slot } is weg: steek hem daar terug.
look-away = Balie, kijk even weg.
pin-length-min = minstens { $min } tekens
pin-length-enough = lang genoeg
pin-too-short = Te kort: minstens { $min } tekens.
pin-too-long = Te lang: hoogstens 63 tekens, met accenten minder.
pin-common = Die kiezen veel mensen: hij wordt als eerste geprobeerd. Kies een andere.
pin-control = Dat teken kan niet in een pincode.
pin-retries = { $retries ->
    [one] nog 1 poging. Daarna is de sleutel geblokkeerd en moet hij gereset worden.
   *[other] nog { $retries } pogingen
}
retest-big = TESTEN?
retest-how = Deze sleutel is al uitgegeven aan deze persoon. Enter test of hij werkt; er verandert niets.
touch-again-big = NOG EENS?
touch-again-how = Niemand raakte de sleutel op tijd aan. Enter laat hem opnieuw knipperen.
touch-big = RAAK AAN { $slot }
touch-how = Raak de knipperende sleutel in poort { $slot } aan.
touch-test-how = Raak hem nog een keer aan: zo blijkt dat hij werkt.
touch-blinking = knippert
touch-wait = knippert nog niet
pulled-big = TERUG IN { $slot }
pulled-how = De sleutel is uitgetrokken. Steek hem terug in poort { $slot }: hij wordt opnieuw gecontroleerd en het gaat verder.
cycle-big = TREK UIT { $slot }
cycle-how = Drie foute pincodes op rij. Trek de sleutel uit poort { $slot } en steek hem terug.
pulled-other = Er zit een andere sleutel in de poort: daar gebeurt niets mee.
pulled-key = Het moet deze sleutel zijn: { $model }.

## Het einde

done-big = KLAAR
done-lent = { $name } heeft { $model } te leen tot { $until }.
done-lent-told = { $name } en de beheerders van de organisatie krijgen bericht.
done-lent-know = De uitleen eindigt vanzelf. De eigen sleutel blijft geldig: gebruik die zodra hij er weer is.
done-lent-back = Breng deze sleutel dan terug naar de balie.
done-enrolled = { $name } heeft een nieuwe sleutel: { $model }.
done-retested = De sleutel van { $name } werkt: { $model }.
done-tested = Hier gemaakt en getest, met een aanraking van de persoon zelf.
done-made-refused = { $model } is gemaakt voor { $name }, en het register weigerde hem: hij opent niets.
done-made-waiting = { $model } is gemaakt voor { $name }. Hij opent niets tot die hem aan een balie aanneemt.
done-accepted = Het register heeft hem geverifieerd en bewaart hem.
done-queued = Het register was onbereikbaar: het resultaat wacht in de uitbak en gaat vanzelf.
done-queued-factor = Het register was onbereikbaar: het opent NIETS tot de uitbak het verstuurt.
done-queued-app = Het register was onbereikbaar: tot de uitbak (F5) het verstuurd heeft, opent het NIETS. Blijf tot dan aangemeld en laat het bezoek open.
done-conflict = Het register weigerde het: { $detail }
done-conflict-next = Open de uitbak (F5) en los het conflict op terwijl de persoon er nog is.
done-know = DE PERSOON MOET WETEN
done-know-pin = De pincode is alleen van hen. Niemand aan de balie kent hem of kan hem opzoeken.
done-know-rdp = De sleutel werkt niet via Microsofts extern bureaublad (RDP).
done-know-lost = Kwijt? Meld het meteen bij de helpdesk: wat kwijt is, opent niets meer.
done-know-second = Kwijt? Meld het meteen bij de helpdesk. Bewaar elders een tweede.
done-left = NOG TE DOEN
done-left-nothing = Niets.
left-standby = Nog geen reservesleutel: een hoofdbeheerder hoort er twee te hebben.
done-left-standby = Nog geen reservesleutel: een hoofdbeheerder hoort er twee te hebben. Druk op k om hem nu uit te geven.
done-left-queued = De uitbak verstuurt het zodra het register antwoordt. Hier is niets te doen.
done-left-queued-factor = Blijf aangemeld en laat het bezoek open tot de uitbak (F5) leeg is; daarna, of na een dag, wacht het op de eigenaar aan een balie.
done-resolved = Het onafgemaakte werk is gesloten.
done-withdrawn = De uitgifte aan { $name } is opgegeven. Er is een nieuwe nodig.
stopped-big = GESTOPT
stopped-what = WAT ER GEBEURDE
stopped-kept = WAT ER BLEEF
stopped-next = WAT NU
stopped-nothing-kept = Er is niets uitgegeven; er is niets af te maken.

## Waarom iets stopte, en wat te doen

stop-cancelled = Het is aan dit scherm gestopt.
stop-cancelled-next = Begin opnieuw wanneer de persoon zover is.
stop-settled = Het is al afgehandeld.
stop-settled-next = Hier is niets meer te doen. Esc gaat terug.
why-store = Het systeem meldt (Engels): “{ $reason }”
trouble-refused = De verbinding werd geweigerd: op dat adres draait niets, of iets ertussenin houdt het tegen.
trouble-lost = De verbinding werd verbroken.
trouble-timed-out = Er kwam niet op tijd een antwoord.
trouble-unreachable = Er leidt van hier geen weg naartoe: controleer de netwerkkabel en het netwerk.
trouble-name = Geen naamserver kent de naam in het adres: controleer het adres en het netwerk.
trouble-permission = Dit programma heeft daar geen rechten voor.
trouble-full = De schijf is vol.
trouble-not-found = Het is er niet meer.
trouble-random = Het systeem geeft geen willekeurige getallen: start het station opnieuw.
trouble-broke = Het programma zelf liep er halverwege op vast; wat gedaan is, staat in het journaal.
stop-signed-out = Er is niemand meer aangemeld.
stop-signed-out-next = Meld u aan en begin opnieuw.
stop-not-allowed = Dit is niet voor uw rol.
stop-not-allowed-next = Vraag een collega die het mag, als er hierboven een genoemd is.
stop-key-refused = Deze sleutel kan hier niet voor dienen.
stop-key-refused-next = Neem een andere sleutel: die van de persoon zelf, of voor een uitgifte een uit voorraad.
stop-registry-refused = Het register weigerde.
stop-registry-refused-next = Zoek opnieuw op waar dit over gaat: het kan veranderd zijn.
stop-unreachable = Het register is onbereikbaar, en een ticket helpt hier niet.
stop-unreachable-next = Wacht tot de lijn er weer is en begin opnieuw. Vooraf opgehaalde tickets (F7) helpen alleen bij uitgiften.
stop-unanswered = Het register is gevraagd en het antwoord kwam niet: of het gedaan is, is niet bekend.
stop-unanswered-next = Doe hetzelfde nog eens als de lijn terug is: dan blijkt het, en niets gebeurt twee keer.
stop-offer-expired = Het aanbod van het register is verlopen.
stop-offer-expired-next = Begin opnieuw: er wordt een nieuw opgehaald.
stop-store = Dit station kon niet naar zijn schijf schrijven.
stop-store-next = Ga niet door. Draai "keydesk doctor" en bel de stationsbeheerder.
stop-unproven = Het antwoord van de sleutel klopt niet.
stop-unproven-next = Leg deze sleutel apart en neem een andere.
stop-key-gone = De sleutel is uitgetrokken.
stop-key-gone-next = Steek hem terug en begin opnieuw.
stop-key-replugged = De sleutel is uitgetrokken, en niets toont dat de sleutel die er nu in zit dezelfde is.
stop-key-replugged-next = Steek de juiste sleutel in en begin opnieuw.
stop-open-elsewhere = Op de sleutel staat een credential van deze persoon die een andere balie misschien net heeft gemaakt en nog niet heeft gemeld.
stop-open-elsewhere-next = Laat de andere balie het afmaken en probeer het dan opnieuw; tot dan verandert er niets aan de sleutel.
stop-touch-timeout = Niemand raakte de sleutel op tijd aan.
stop-touch-timeout-next = Begin opnieuw; de persoon raakt hem aan wanneer hij knippert.
stop-wrong-pin = Dat was niet de pincode van deze sleutel.
stop-wrong-pin-next = Begin opnieuw, of neem een andere sleutel.
stop-power-cycle-needed = Drie foute pincodes op rij.
stop-power-cycle-needed-next = Trek de sleutel uit, steek hem terug en begin opnieuw.
stop-pin-blocked = Alle pogingen zijn op: de pincode van deze sleutel is geblokkeerd.
stop-pin-blocked-next = Neem een andere sleutel. Deze werkt pas weer na een reset, en die wist alles.
stop-pin-refused = De sleutel weigert deze pincode.
stop-pin-refused-next = Begin opnieuw met een andere, langere pincode.
stop-pin-too-simple = De sleutel weigert deze pincode als te eenvoudig. Aan de lengte ligt het niet.
stop-pin-too-simple-next = Begin opnieuw met een andere pincode: geen rijtje cijfers of letters, niet steeds hetzelfde teken.
stop-pin-too-long = De pincode is langer dan deze sleutel aanneemt.
stop-pin-too-long-next = Begin opnieuw met een kortere pincode.
stop-excluded = De sleutel is al uitgegeven aan deze persoon.
stop-excluded-next = Er is niets nodig. Begin opnieuw om hem te testen.
stop-no-credential = Op deze sleutel staat geen credential die past.
stop-no-credential-next = Neem de sleutel die is uitgegeven.
stop-store-full = De sleutel heeft geen plaats voor nog een credential.
stop-store-full-next = Neem een andere sleutel.
stop-unsupported = De sleutel kan dit niet.
stop-unsupported-next = Neem een andere sleutel.
stop-key-failed = De sleutel faalde.
stop-key-failed-next = Trek hem uit, steek hem terug en begin opnieuw. Faalt hij weer, leg hem apart.

## Waarom aanmelden mislukte, en wat te doen

door-code = De code is onjuist, al gebruikt of verlopen.
door-code-next = Typ hem nog eens. Wordt hij weer geweigerd, vraag de beheerder van het register om een nieuwe.
door-unknown = Deze sleutel is niet van een medewerker van de balie.
door-own-key-next = Neem uw eigen sleutel. Eerste keer hier? Druk op c en typ de eenmalige code die u hebt gekregen.
door-revoked = Deze sleutel is ingetrokken: hij meldt niemand aan.
door-revoked-next = Meld u aan met de sleutel die ervoor in de plaats kwam, of vraag de beheerder van het register om een code.
door-exists = Deze sleutel is al van een medewerker van de balie.
door-exists-next = Meld u ermee aan met Enter, of neem een andere sleutel voor deze code.
door-ended = Het account van de medewerker van deze sleutel is beëindigd.
door-ended-next = Vraag het de beheerder van het register.
door-station = Het register accepteert dit station niet meer.
door-station-next = Bel de stationsbeheerder: het moet opnieuw bij het register worden aangesloten.
door-attempts = Er waren te veel pogingen.
door-attempts-next = Wacht een paar minuten en begin opnieuw.
door-refused = Het register weigerde de aanmelding.
door-refused-next = Begin opnieuw. Gebeurt het weer, bel de stationsbeheerder: wat het register zei, staat in het logboek van het station.
door-key = Met deze sleutel kan geen medewerker zich aanmelden.
door-not-joined = Dit station is bij geen register aangesloten.
door-not-joined-next = Bel de stationsbeheerder: "keydesk station join" doet dat, met een code van het register.
door-unreachable = Het register is onbereikbaar.
door-unreachable-next = Wacht tot de lijn er weer is en meld u dan aan.
door-wrong-pin-next = Begin opnieuw met de pincode van deze sleutel, of neem uw eigen sleutel.
door-pin-blocked-next = Vraag de beheerder van het register om een code voor een andere sleutel.

## Meldingen

remark-cancelled = Gestopt.
remark-signed-out = U bent afgemeld: meld u opnieuw aan.
remark-not-allowed = Dit is niet voor uw rol.
remark-unreachable = Het register is onbereikbaar.
remark-registry-refused = Het register weigerde.
remark-busy = Er loopt iets anders: maak dat eerst af of stop het.
remark-store = Dit station kon niet naar zijn schijf schrijven: bel de stationsbeheerder.
remark-tickets-fetched = De tickets voor vandaag zijn er.
remark-no-tickets = Vandaag wordt niemand verwacht, dus er zijn geen tickets.
remark-still-typed = Wat u typte is bewaard en staat er weer als u opnieuw vraagt voor { $name }.
leave-sure = Dit beëindigt het bezoek van { $name }: dezelfde toets gaat door.
leave-sure-several = Dit beëindigt { $count } bezoeken: dezelfde toets gaat door.
line-full = Te lang: hoogstens { $max } tekens. De rest is weggelaten.

## Uitbak

outbox-title = UITBAK
outbox-empty = Alles is bij het register. Er wacht niets.
outbox-enrolment = uitgifte
outbox-test = test
outbox-unlock = ontgrendeld
outbox-queued = wacht
outbox-conflict = CONFLICT
outbox-words = Het register zegt:
outbox-retry-how = r stuurt het opnieuw: wanneer de reden van het register weg is.
outbox-withdraw-how = x trekt het in en wist de credential van de sleutel, die hier moet zijn. De persoon heeft dan een nieuwe uitgifte nodig.
outbox-withdraw-without-key-how = n trekt het in zonder de sleutel. De vastlegging zegt dat de credential erop blijft.
outbox-withdraw-test-how = x trekt het in. De vastlegging blijft.
outbox-queued-how = Het wordt vanzelf opnieuw gestuurd. p verstuurt nu alles.
withdraw-big = INTREKKEN?
withdraw-how = De uitgifte aan { $name } wordt opgegeven. Houd de sleutel bij de hand: de credential wordt daarna gewist. Er is een nieuwe uitgifte nodig. Er is geen weg terug.
withdraw-without-key-how = De uitgifte aan { $name } wordt opgegeven zonder de sleutel: er blijft een credential op staan die niets opent, en de vastlegging zegt dat. Er is een nieuwe uitgifte nodig. Er is geen weg terug.
withdraw-test-how = Wat het register over { $name } zou horen, wordt opgegeven. Aan een sleutel verandert niets. Er is geen weg terug.
without-key-big = ZONDER?
without-key-how = Het werk voor { $name } wordt gesloten zonder de sleutel. Wat er misschien op staat, blijft daar, en de vastlegging zegt dat. Er is geen weg terug.
give-up-type = Toets { $name } in om te bevestigen
give-up-wrong = Dat is niet de naam hierboven.

## Onafgemaakt werk

unfinished-title = ONAFGEMAAKT WERK
unfinished-empty = Er is niets onafgemaakt.
unfinished-stage = gestopt { $stage }
unfinished-begun-known = Het station was begonnen. Of hij een credential heeft gemaakt, is niet bekend.
unfinished-pin-known = Hij heeft de pincode van de persoon. Of hij een credential heeft gemaakt, is niet bekend.
unfinished-made-known = Er staat een nieuwe credential op, waarvan de registratie hier is vastgelegd.
unfinished-own-key-known = Een medewerker was begonnen hem als eigen sleutel vast te leggen. Of hij een credential heeft gemaakt, is niet bekend.
unfinished-own-key-way = Veilig verder: de medewerker steekt de sleutel in een poort; wat het register kent blijft, de rest wordt gewist.
unfinished-withdrawal-known = Of de credential van de opgegeven uitgifte ervan is gewist, is niet bekend.
unfinished-withdrawal-way = Veilig verder: steek de sleutel in een poort; de credential wordt ervan gewist.
unfinished-care-known = Het station ging vastleggen: { $what }. Of hij is gewijzigd, is niet bekend.
unfinished-care-way = Veilig verder: steek de sleutel in een poort; er wordt gekeken, en wat nu zo is wordt vastgelegd.
unfinished-begun-way = Veilig verder: steek de sleutel in een poort; er wordt gekeken, en wat erop staat gewist of afgemaakt.
unfinished-made-way = Veilig verder: steek de sleutel in een poort en test hem; dan is hij uitgegeven en verstuurd.
unfinished-without-key = De sleutel is weg: n sluit het werk zonder hem.
unfinished-key = { $model }, laatst in poort { $slot }

## Sleutels

keys-title = SLEUTELS IN DE POORTEN
keys-firmware = firmware
keys-place = plaats
keys-aaguid = AAGUID
keys-serial = serienummer
keys-versions = spreekt
keys-pin = pincode
keys-room = plaats voor
keys-room-credentials = { $count ->
    [one] nog 1 credential
   *[other] nog { $count } credentials
}
keys-algorithms = algoritmen
keys-min-pin = minstens { $min } tekens
keys-unknown = niet vermeld

## What a key says of itself

portrait-model = model
portrait-slot = poort
portrait-slot-at = { $slot }, { $place }
portrait-serial = serienummer
portrait-firmware = firmware
portrait-device = apparaatversie
portrait-aaguid = AAGUID
portrait-certified = gecertificeerd
portrait-certified-listed = { $level } (lijst van modellen)
portrait-speaks = spreekt
portrait-transports = verbindingen
portrait-pin = pincode
portrait-pin-bounds = { $state }; { $min } tot { $max } tekens
portrait-pin-protocols = PIN-protocollen
portrait-complexity = simpele pincodes
portrait-complexity-on = geweigerd
portrait-complexity-off = toegestaan; de sleutel kan ze weigeren
portrait-complexity-url = geweigerd, zie { $url }
portrait-uv = eigen verificatie
portrait-uv-retries = { $state }; nog { $retries ->
    [one] 1 poging
   *[other] { $retries } pogingen
}
portrait-fingerprints = vingerafdrukken
portrait-ready-unsupported = niet mogelijk
portrait-ready-not-set = mogelijk, niet ingesteld
portrait-ready-set = ingesteld
portrait-always-uv = verifieert altijd
portrait-yes = ja
portrait-no = nee
portrait-credentials = credentials
portrait-credentials-room = bewaart ze vindbaar, ruimte voor nog { $count }
portrait-credentials-yes = bewaart ze vindbaar
portrait-credentials-no = kan ze niet vindbaar bewaren
portrait-management = ze tonen
portrait-management-none = niet mogelijk
portrait-management-preview = met de voorlopige opdrachten
portrait-management-standard = mogelijk
portrait-attestation = attestation
portrait-enterprise = enterprise
portrait-algorithms = algoritmen
portrait-extensions = extensies
portrait-options = opties
portrait-config = instellingen
portrait-config-none = geen authenticatorConfig
portrait-reset = reset
portrait-reset-touch = met een aanraking
portrait-reset-long = met een lange aanraking: 5 seconden, tot 10 bij oudere firmware
portrait-reset-none = geen, via welke verbinding ook
portrait-reset-over = { $how }, over { $transports }
portrait-limits = maten
portrait-limit-message = bericht { $bytes } bytes
portrait-limit-list = { $count } credentials in een lijst
portrait-limit-id = credential-id { $bytes } bytes
portrait-limit-large-blob = large blobs { $bytes } bytes
portrait-limit-cred-blob = credBlob { $bytes } bytes
portrait-limit-rp-ids = { $count } RP-id's mogen het minimum van de pincode lezen
portrait-unstated = niet vermeld
portrait-u2f = spreekt alleen U2F: niet bruikbaar
modality-touch = aanwezigheid
modality-finger = vingerafdruk
modality-passcode = pincode op de sleutel
modality-voice = stem
modality-face = gezicht
modality-location = plaats
modality-eye = oog
modality-pattern = getekend patroon
modality-hand = hand
oddity-nothing = niets bijzonders
oddity-u2f-only = spreekt alleen U2F: niet bruikbaar, neem een FIDO2-sleutel
oddity-no-model = noemt geen model: zijn AAGUID is nul
oddity-unknown-model = een model dat dit station niet kent
oddity-pin-blocked = de pincode is geblokkeerd: alleen een reset helpt, en die wist alles
oddity-few-retries = { $retries ->
    [one] nog maar 1 poging voor de pincode
   *[other] nog maar { $retries } pogingen voor de pincode
}
oddity-pin-change = de pincode moet eerst gewijzigd worden
oddity-no-pin = nog geen pincode: stel er een in voor hij wordt uitgegeven
oddity-no-verification = kan niemand verifiëren: geen pincode en geen eigen verificatie
oddity-uv-blocked = de eigen verificatie is geblokkeerd tot de pincode is ingevoerd
oddity-no-fingerprint = heeft een sensor, en geen vinger is vastgelegd
oddity-store-full = geen ruimte voor nog een credential
oddity-store-nearly-full = { $free ->
    [one] ruimte voor nog maar 1 credential
   *[other] ruimte voor nog maar { $free } credentials
}
oddity-not-discoverable = kan geen vindbare credentials bewaren
oddity-no-management = wat erop staat kan niet getoond of gewist worden, behalve met een reset
oddity-preview = spreekt een voorloper van CTAP 2.1: oude firmware
oddity-no-es256 = biedt geen ES256, dat elke relying party aanneemt
oddity-always-uv = vraagt altijd om de pincode of een vinger
oddity-enterprise = geeft relying parties die het mogen vragen wat juist deze sleutel aanwijst
oddity-long-touch = een reset vraagt een lange aanraking: 5 seconden, tot 10 bij oudere firmware
oddity-no-reset = zegt dat hij geen reset aanneemt, via welke verbinding ook
oddity-no-usb-reset = neemt geen reset aan via USB, alleen via { $over }
oddity-own-verification = de pincode maakt en gebruikt geen credential: dat vraagt eigen herkenning
oddity-min-pin = de pincode moet ten minste { $length } tekens hebben
oddity-short-pins = neemt pincodes van ten hoogste { $length } tekens
oddity-no-touch = zegt dat hij niet aangeraakt kan worden
oddity-platform = zegt dat hij deel van een apparaat is, al zit hij in een poort
oddity-not-usb = noemt USB niet als verbinding, al zit hij in een poort
oddity-small-messages = neemt berichten van maar { $bytes } bytes, minder dan FIDO2 eist
oddity-no-permissions = spreekt CTAP 2.1 zonder de tokens die CTAP 2.1 eist
oddity-odd-members = wat hij zegt van { $members } is niet zoals FIDO2 het heeft, en is overgeslagen
oddity-unknown-members = { $count ->
    [one] zegt 1 ding dat deze uitgave niet kent
   *[other] zegt { $count } dingen die deze uitgave niet kent
}

## Care of a key

step-sign-touched = aanraken
step-exclude = geen tweede
step-clean = schoon
test-took = { $took } ms
test-took-usual = { $took } ms, gewoonlijk { $usual } ms
test-skipped = niet gedaan: { $why }
test-failed = MISLUKT: { $why }
verdict-works = De sleutel werkt.
verdict-works-slowly = De sleutel werkt, maar veel trager dan zijn model gewoonlijk is.
verdict-works-unverified = De sleutel werkt. Zonder pincode kan niemand geverifieerd worden: stel er een in voor hij wordt uitgegeven.
verdict-fails = De sleutel werkt niet zoals het hoort: geef hem niet uit.
works-for = De sleutel werkt voor { $person }.
note-no-pin = geen op deze sleutel
note-oddities = { $count ->
    [0] niets bijzonders
    [one] 1 bijzonderheid
   *[other] { $count } bijzonderheden
}
care-test = SLEUTEL TESTEN
care-test-for = WERKT HIJ?
wait-sign-touched = De sleutel wordt klaargezet. Laat hem in zijn poort zitten.
wait-exclude = De sleutel wordt klaargezet. Laat hem in zijn poort zitten.
wait-clean = Er wordt gezocht naar wat de test achterliet.
touch-more-how = Raak hem nog eens aan, in poort { $slot }.
stop-pin-change-needed = De sleutel eist eerst een nieuwe pincode.
stop-pin-change-needed-next = Wijzig de pincode en begin opnieuw.
step-finger = vinger
step-change = schrijven
step-read-back = lezen
wait-finger = De sensor wordt klaargezet.
wait-change = De sleutel wordt gewijzigd. Laat hem in zijn poort zitten.
wait-read-back = De sleutel wordt gelezen.
note-held = { $count ->
    [one] 1 op de sleutel
   *[other] { $count } op de sleutel
}
care-set-pin = PINCODE INSTELLEN
care-change-pin = PINCODE WIJZIGEN
care-verify-pin = PINCODE NAGAAN
care-check-return = EEN SLEUTEL KOMT TERUG
care-configure = INSTELLINGEN
care-credentials = WAT EROP STAAT
care-fingerprints = VINGERAFDRUKKEN
did-tested = getest: { $verdict }
did-pin-set = pincode ingesteld, gekozen door de persoon
did-pin-set-random = willekeurige pincode ingesteld en overhandigd
did-pin-changed = pincode gewijzigd, gekozen door de persoon
did-pin-changed-random = pincode vervangen door een willekeurige en overhandigd
did-configured = instelling: { $setting }
did-enrolled = uitgegeven aan { $name }
did-tested-for = getest: hij tekende voor { $name }
did-reset = gereset
did-reset-of = gereset; daarmee verviel de uitgifte aan { $names }
did-credential-deleted = gewist: { $what }
did-credential-renamed = hernoemd: { $what }, nu { $name }
did-finger-added = vingerafdruk toegevoegd: { $name }
did-finger-renamed = vingerafdruk benoemd: { $name }
did-finger-removed = vingerafdruk verwijderd: { $name }
did-nothing = Er is niets gewijzigd.
did-pin-verified = Dat is de pincode van deze sleutel; nog { $retries ->
    [one] 1 poging
   *[other] { $retries } pogingen
}.
no-name = zonder naam
credential-at = { $name } bij { $rp }
setting-min-pin = pincodes van ten minste { $length } tekens
setting-min-pin-readable = pincodes van ten minste { $length } tekens, leesbaar voor { $rps }
setting-force-pin = de pincode moet bij het volgende gebruik gewijzigd worden
setting-always-uv-on = vraagt altijd om de pincode of een vinger
setting-always-uv-off = vraagt alleen om de pincode of een vinger als het moet
setting-enterprise = enterprise attestation
setting-long-touch = een reset vraagt een lange aanraking: 5 seconden, tot 10 bij oudere firmware
setting-complexity = weigert simpele pincodes
sample-good = goed
sample-too-high = de vinger lag te hoog
sample-too-low = de vinger lag te laag
sample-too-left = de vinger lag te ver naar links
sample-too-right = de vinger lag te ver naar rechts
sample-too-fast = te snel
sample-too-slow = te langzaam
sample-poor = het beeld was slecht: droge of natte vinger?
sample-askew = de vinger lag scheef
sample-short = de aanraking was te kort
sample-unlike = paste niet bij de vorige: dezelfde vinger?
sample-exists = deze vinger is al vastgelegd
sample-full = geen ruimte voor nog een vinger
sample-no-finger = er kwam geen vinger
sample-not-lifted = til de vinger tussendoor op
sample-other = niet goed, om een reden die de sleutel niet uitlegt
letter-title = De pincode van uw beveiligingssleutel
letter-for = Sleutel: { $model }
letter-serial = Serienummer: { $serial }
letter-made = Gemaakt bij { $station } op { $day }
letter-yours = Deze pincode is alleen van u. Niemand aan de balie kent hem, en niemand kan hem opzoeken.
letter-pin = Pincode
letter-change = Wijzig hem bij het eerste gebruik. Bewaar hem niet bij de sleutel.
letter-tries = Na hooguit acht foute pogingen blokkeert de sleutel de pincode en moet hij gereset worden.
letter-destroy = Voor de balie: druk deze brief eenmaal af, verzegel hem en vernietig het bestand.
stop-strands = Dit zou iemand buitensluiten.
stop-strands-next = Er is niets gewist. De regel hieronder zegt van wie het is en wie het mag.
key-noted = de persoon heeft hem
key-test = test
key-returned = terug
key-pin = pincode
key-random-pin = willekeurige pincode
key-verify-pin = pincode nagaan
key-credentials = credentials
key-fingers = vingers
key-settings = instellingen
key-remove = verwijderen
key-rename = benoemen
key-add-finger = vinger toevoegen
key-keep = zo laten
key-page-loading = de sleutel wordt gevraagd …
key-page-unusual = BIJZONDER
key-page-says = DE SLEUTEL ZEGT
key-page-history = GESCHIEDENIS
key-page-history-none = Er is op dit station nog niets mee gedaan.
key-page-history-place = Dit model heeft geen serienummer: wat met zulke sleutels in deze poort gedaan is.
settings-big = WELKE?
settings-how = Markeer een instelling en druk op Enter. Alleen een reset draait de meeste terug.
settings-none = Op deze sleutel valt niets in te stellen.
settings-sure-big = VOORGOED
settings-sure-how = Enter stelt dit in. Alleen een reset van de sleutel draait het terug.
credentials-big = INHOUD
credentials-how = Markeer er een om te benoemen of te verwijderen; Enter als u klaar bent.
credentials-room = ruimte voor nog { $count }
credentials-none = De sleutel bevat geen vindbare credential.
stake-operator = van de medewerker zelf
stake-unknown = iemand in het register
stake-nobody = niemand in het register
fingers-big = VINGERS
fingers-how = a voegt een vinger toe. Markeer er een om te benoemen of te verwijderen; Enter als u klaar bent.
fingers-none = Er is geen vinger vastgelegd op deze sleutel.
name-label = Nieuwe naam
remove-big = VERWIJDEREN?
remove-how = Enter verwijdert dit. Er is geen weg terug.
see-pin-how = Dit is de pincode. Hij wordt eenmaal getoond: noteer of onthoud hem en druk dan op Enter.
see-pin-next = Pas dan wordt hij op de sleutel gezet.
finger-big = VINGER { $slot }
finger-how = Leg de vinger op de sleutel in poort { $slot }.
finger-more = { $count ->
    [one] Nog eens: til de vinger op en leg hem weer neer.
   *[other] Nog { $count } keer: til de vinger op en leg hem weer neer.
}

# Een sleutel resetten
run-reset = SLEUTEL RESETTEN
step-confirm = bevestigen
step-reset = resetten
step-empty = bekijken
stage-reset = terwijl de sleutel werd gereset
leaves-reset = de sleutel is leeg; zie onafgemaakt werk
leaves-may-be-reset = de sleutel is misschien leeg; zie onafgemaakt werk
remains-reset = De sleutel is gereset: niets erop werkt nog. Het staat bij het onafgemaakte werk.
remains-may-be-reset = De sleutel is misschien gereset, misschien nog zoals hij was. Het staat bij het onafgemaakte werk.
recorded-may-be-reset = De sleutel is misschien gereset. De vastlegging zegt dat.
note-losses = { $count ->
    [0] niemand heeft hem in gebruik
    [one] 1 uitgifte gaat verloren
   *[other] { $count } uitgiften gaan verloren
}
note-confirmed = bevestigd
note-reset = gedaan
note-empty = de sleutel is leeg
key-reset = reset
wait-reset = De sleutel wordt gereset.
wait-empty = De sleutel wordt bekeken: is hij leeg?
wait-confirm = Er wordt opgezocht wat verloren gaat.
reset-case-big = WAAROM?
reset-case-how = Iemand raakt deze sleutel kwijt. Zeg waarom hij wordt gereset en wie erom vroeg; Enter gaat verder.
reset-case-reason = Reden
reset-case-ticket = Zaaknummer
reset-case-requested-by = Gevraagd door
reset-case-wrong = Alle drie zijn nodig.
reset-sure-big = ALLES WEG
reset-sure-how = Alles op deze sleutel gaat voorgoed verloren. Er is geen weg terug.
reset-lost = { $name } · uitgegeven { $day }
reset-unsure = Niet zeker: { $name } · uitgegeven { $day } op een sleutel met dit nummer. Deze toont het niet, dus het vervalt niet.
reset-silent = De sleutel zegt niet wat erop staat: er kan iemand op uitgegeven zijn die hier niet genoemd is.
reset-lost-other = { $account } bij { $rp }
reset-lost-nobody = Niemand heeft hem in gebruik, voor zover station en register weten.
reset-lost-besides = De pincode, de vingerafdrukken en wat andere sites erop bewaren.
reset-pull-how = Trek de sleutel uit poort { $slot } en houd hem in de hand.
reset-put-how = Steek hem terug in poort { $slot }. Hij neemt dan { $seconds } seconden lang een reset aan.
reset-window-how = Is het dezelfde sleutel? Zo veel seconden neemt hij de reset nog aan.
reset-touch-how = Raak de sleutel in poort { $slot } aan: dan is hij leeg.
reset-hold-big = HOUD { $slot }
reset-hold-how = Leg een vinger op de sleutel in poort { $slot } en houd hem daar tot de sleutel antwoordt: { $seconds } seconden, tot { $most } bij oudere firmware.
reset-holding = { $seconds } s vastgehouden
reset-again-too-late = Het kwam te lang na het insteken: een sleutel neemt maar enkele seconden een reset aan. Er is niets veranderd.
reset-again-untouched = Niemand raakte de sleutel op tijd aan. Er is niets veranderd.
reset-again-pulled = De sleutel is te vroeg uitgetrokken. Wat erop stond, staat er nog.
reset-again-other-key = Dat was een andere sleutel, of er is intussen iemand op uitgegeven. Er is niets aan veranderd.
done-reset = De sleutel is gereset en leeg: { $model }.
done-reset-told = Het register weigert voortaan wat erop stond.
done-reset-queued = Het register hoort het zodra het bereikbaar is.
done-reset-unsure = De uitgifte aan { $name } toonde deze sleutel niet en blijft: laat die sleutel testen.
done-reset-lost = { $name } heeft een nieuwe uitgifte nodig.
outbox-reset = sleutelreset
unfinished-reset-known = Of hij is gereset, is niet bekend.
unfinished-reset-way = Veilig verder: steek de sleutel in zijn poort; er wordt gekeken, en gereset als hij niet leeg is.
credential-gone = vervallen { $day }
## Batches

batch-title = BATCHES
batch-no-folder = De configuratie van het station noemt geen map met profielen. Zet er profiles = "MAP" in; assets/examples/batch.toml is een voorbeeld van een profiel.
batch-none = Er staat geen profiel in { $folder }. Zet er een neer, bijvoorbeeld assets/examples/batch.toml.
batch-choose = Welk profiel? Enter toont wat het zou doen voordat er iets begint.
batch-open = Gestopt: { $name }, { $done } van { $wanted } klaar
batch-open-how = Enter gaat verder waar het was; wat klaar is, gebeurt niet nog eens. Op het bord beëindigt e hem.
batch-choose-list = Voor wie? Kies een lijst met personen.
batch-no-list = Er staat geen lijst met personen in { $folder }. Zet er een neer: één identificatie per regel, of CSV met de kolommen person en identified_by.
batch-people = { $count ->
    [one] 1 persoon
   *[other] { $count } personen
}
batch-statement-how = De lijst zegt niet hoe deze personen zijn geïdentificeerd. Verklaar waarvoor het is; het staat in elke vastlegging.
batch-statement = Verklaring, bijvoorbeeld reservesleutels voor kluis 3
batch-looking = De sleutels in de poorten worden bekeken …
batch-forecast-how = { $taking } van { $keys } sleutels in de poorten zouden meedoen. Er is niets veranderd. Enter begint.
batch-each = per sleutel: aanrakingen { $touches }, pincodes { $pins }, labels { $tags }
batch-whole = samen: aanrakingen { $touches }, pincodes { $pins }
batch-lost = zou verloren gaan: { $what }
batch-step-test = testen
batch-step-reset = wissen
batch-step-policy = instellingen
batch-step-pin = pincode
batch-step-enrol = uitgeven
batch-step-tag = label
batch-step-label = opschrift
batch-step-force-change = wijziging
board-done-of = { $done } van { $wanted } klaar
board-done = { $done } klaar
board-skipped = { $count } overgeslagen
board-touches-of = aanrakingen { $count } van { $all }
board-touches = aanrakingen { $count }
board-pins-of = pincodes { $count } van { $all }
board-pins = pincodes { $count }
board-touch-large = RAAK AAN { $slots }
board-touch-how = Raak aan wat knippert: { $slots }.
board-stopped-how = { $count ->
    [one] 1 sleutel gestopt: r probeert opnieuw, s slaat over, of steek er een andere in.
   *[other] { $count } sleutels gestopt: r probeert opnieuw, s slaat over, of steek er een andere in.
}
board-working = De sleutels zijn bezig.
board-next-key = Steek de volgende sleutels in; haal eruit wat klaar is.
board-over = Het is voorbij: haal de sleutels eruit. Enter verlaat het bord.
board-admit = Bij zulke sleutels zijn er waarschuwingen. Toch nemen? Wordt één keer voor allemaal gevraagd.
board-tag = Label
board-tag-how = Typ of scan het label van de sleutel in poort { $slot }. Die knippert.
board-tag-form = Eén regel van ten hoogste 100 tekens.
board-tag-taken = Een andere sleutel heeft dit label.
board-not-needed = niet nodig
board-at-work = bezig
board-touch = RAAK AAN { $nth }/{ $of }, beurt { $turn }
board-hold = HOUD VAST { $seconds }–{ $most } s, beurt { $turn }
board-whose = poort { $slot } · { $person }
board-pull = TREK ERUIT
board-put-back = STEEK TERUG ({ $seconds } s)
board-pin-now = pincode: nu
board-pin-turn = pincode: beurt { $turn }
board-tag-now = label: nu
board-tag-turn = label: beurt { $turn }
board-pulled = steek hem terug
board-skipped-key = overgeslagen: haal eruit
board-take-out = klaar: haal eruit
board-take-out-label = klaar: { $label }
board-left = Uit de batch
board-end-sure = Nog eens e beëindigt de batch: wat bezig is stopt, en er komt geen sleutel meer bij.
key-start = begin
key-skip = overslaan
key-abort = stop sleutel
key-pause = stop voor nu
key-end-batch = einde
key-batch = batches
remark-batch-complete = De batch is compleet.
remark-batch-ended = De batch is voorbij.
remark-batch-paused = De batch is voor nu gestopt: F8 gaat ermee verder.

# Authenticator-apps en hardwaretokens.
step-prove = bewijs
step-secret = geheim
step-code = code
leaves-on-phone = de telefoon houdt misschien een vermelding die niets opent
leaves-may-be-assigned = het register noemt het token misschien; zie onafgemaakt werk
leaves-account-reset = het account is gereset: niets opent het
leaves-may-be-account-reset = het account is misschien gereset; zie onafgemaakt werk
remains-on-phone = De telefoon heeft misschien een vermelding "IAMconnected" waarvan de codes niets openen. De persoon kan die beter uit de app verwijderen.
remains-on-new-phone = De nieuwe telefoon heeft misschien een vermelding "IAMconnected" waarvan de codes niets openen: de persoon wist die daar. De oude telefoon blijft gelden: die vermelding moet blijven.
old-app-stays = De oude app blijft gelden tot het register de nieuwe heeft aangenomen: de vermelding op de oude telefoon moet blijven.
remains-may-be-assigned = Het register noemt het token misschien als dat van deze persoon. Het staat bij onafgemaakt werk.
remains-account-reset = Het account is gereset: alles wat het opende, is gewist.
remains-account-kept = Vanaf deze balie is niets van het account gewist.
remains-may-be-account-reset = Het account is misschien gereset. Het staat bij onafgemaakt werk.
recorded-may-be-assigned = Het register noemt het token misschien als dat van deze persoon. Dat is vastgelegd.
recorded-may-be-account-reset = Het account is misschien gereset. Dat is vastgelegd.
stage-app = voordat de code klopte
stage-token = tijdens het toewijzen van het token
stage-person = tijdens de accountreset
outbox-app = app
outbox-removal = verwijdering
outbox-tokens = tokens
outbox-withdraw-app-how = x trekt het in. De vermelding op de telefoon opent dan niets: de persoon kan die beter verwijderen en moet een nieuwe uitgifte krijgen.
unfinished-app-known = Die heeft het geheim misschien gescand; het kan niet opnieuw worden getoond. De code is niet gecontroleerd.
unfinished-app-way = Veilig verder: typ de code die de telefoon toont; klopt die, dan wordt de app ingesteld en verzonden.
unfinished-app-undo = Geen telefoon of geen code: n beëindigt het werk. Een vermelding op de telefoon opent dan niets en kan beter weg.
unfinished-new-phone-undo = Geen nieuwe telefoon of geen code: n beëindigt het werk. De vermelding op de nieuwe telefoon kan dan weg; die op de oude blijft gelden.
unfinished-token = Token { $serial }
unfinished-token-known = Daarop is niets gewijzigd.
unfinished-token-way = Veilig verder: het register wordt nog eens gevraagd en wat het zegt, wordt vastgelegd.
unfinished-token-undo = n sluit het werk zonder te vragen. Vastgelegd wordt dat het register het token misschien noemt.
unfinished-person = { $count ->
    [one] Eén sleutel, app of token
   *[other] { $count } sleutels, apps en tokens
}
unfinished-person-known = De reset was bevestigd. Of die is uitgevoerd, is niet bekend.
unfinished-person-registry = Het is gevraagd alles te wissen wat het account opent. Of dat is gebeurd, is niet bekend.
unfinished-person-way = Veilig verder: het register wordt gevraagd hoe de reset ervoor staat en het antwoord wordt vastgelegd. Daardoor wordt niets gewist.
unfinished-person-undo = n sluit het werk zonder te vragen. Vastgelegd wordt dat het account misschien is gereset.
app-job-enrol = APP INSTELLEN
app-job-both = EEN SLEUTEL EN APP INSTELLEN
app-job-test = APP OF TOKEN TESTEN
app-job-replace = APP VERVANGEN
app-job-remove = APP OF TOKEN VERWIJDEREN
app-job-assign = TOKEN UITGEVEN
done-app-enrolled = { $app } van { $name } is ingesteld: de eerste code klopte.
done-app-tested = { $app } van { $name } werkt.
done-app-tested-drift = { $app } van { $name } werkt. De klok loopt ongeveer { $seconds } s uit de pas; het register onthoudt dat.
done-app-removed = { $app } van { $name } is verwijderd: de codes openen niets meer.
done-app-removed-queued = Van { $app } van { $name } is afstand gedaan. De codes openen NOG STEEDS, tot het register het hoort.
done-app-removed-conflict = { $app } van { $name } is niet verwijderd: het register weigerde dat.
done-app-replaced = { $app } van { $name } is ingesteld in plaats van { $old }: codes van { $old } openen niets meer.
done-app-beside = { $app } van { $name } staat klaar: de eerste code klopte. { $old } blijft gelden tot het register hem heeft aangenomen.
done-token-assigned = Token { $serial } is nu een factor van { $name }: de code klopte.
note-proved-app = bewezen met { $name }
note-proved-key = bewezen met een sleutel
note-sealed = gemaakt en voor het register verzegeld
wait-prove = Het register controleert het bewijs.
wait-secret = Het geheim wordt gemaakt.
wait-secret-over = De tijd voor dit geheim is om. Zo dadelijk kan het opnieuw worden getoond.
wait-code = De code wordt onderzocht.
verdict-right = juist
verdict-used = juist, maar al gebruikt
verdict-fast = de klok waarmee hij is gemaakt, loopt { $span } voor
verdict-slow = de klok waarmee hij is gemaakt, loopt { $span } achter
verdict-other = juist voor een andere vermelding: { $name }
verdict-other-removed = juist voor een verwijderde vermelding: { $name }
verdict-misread = een cijfer is verkeerd gelezen
verdict-next-needed = onjuist; de volgende code is nodig
verdict-no-match = onjuist
leaves-app-unknown = of de app is ingesteld, zegt het onafgemaakte werk
leaves-not-assigned = het token blijft in voorraad
remains-app-unknown = Of de app is ingesteld, is niet bekend. Kijk bij het onafgemaakte werk en in de uitbak voordat de vermelding van de telefoon wordt verwijderd.
remains-not-assigned = Het token is nog in voorraad.
stop-wrong-codes = Geen van de codes klopte.
stop-wrong-codes-next = Zet de klok van de telefoon goed (automatisch instellen) en begin opnieuw.
app-name-big = NAAM?
app-name-how = Enter noemt de nieuwe app { $suggested }. Of typ een andere naam, bijvoorbeeld die van de telefoon.
app-name-line = Naam
scan-how = Open de authenticator-app, voeg een account toe en scan deze code. Typ of lees dan de { $digits } cijfers voor die hij toont.
scan-left = verdwijnt over { $left }
scan-no-room = Dit venster is te klein voor de QR-code. Maak het groter, of typ het geheim over:
hand-how = In Google Authenticator: +, dan "Installatiesleutel invoeren". Typ dit; hoofdletters en spaties maken niet uit.
hand-account = Account
hand-secret = Sleutel
hand-type = Soort
hand-type-time = op tijd gebaseerd: { $algorithm }, { $digits } cijfers, { $period } s
hand-then = Typ of lees dan de { $digits } cijfers voor die de app toont.
totp-code-big = DE CODE
code-new-how = Typ of lees de { $digits } cijfers voor die de app toont bij { $name }.
code-factor-how = Typ of lees de cijfers voor die { $name } toont.
code-token-how = Druk op de knop van token { $serial } en typ de cijfers die het toont.
code-enter = Enter als alle cijfers er staan.
next-code-big = NOG EEN CODE
next-code-how = Die was niet juist. Wacht tot er een andere code staat en typ die: die vertelt waarom.
code-form = Een code heeft 6 tot 8 cijfers.
code-wrong-used = Die code was al gebruikt: wacht op de volgende.
code-wrong-misread = Eén cijfer was fout, of twee waren verwisseld: typ de code opnieuw.
code-wrong-next = Die was niet juist: typ de code die erop volgt.
code-wrong-clock-fast = De klok van de telefoon liep { $offset } voor.
code-wrong-clock-slow = De klok van de telefoon liep { $offset } achter.
code-wrong-other = Dat was de code van { $name }. Kies in de app de nieuwste vermelding van { $account }.
code-wrong-none = Die code past nergens bij. Is het de vermelding die net gescand is?
advice-clock-big = DE KLOK
advice-clock-fast = Het is de juiste app, maar de klok van de telefoon loopt { $offset } voor. Zet hem nu goed, anders werken de codes thuis niet.
advice-clock-slow = Het is de juiste app, maar de klok van de telefoon loopt { $offset } achter. Zet hem nu goed, anders werken de codes thuis niet.
advice-android = Android
advice-android-how = Google Authenticator: menu → Instellingen → Tijdcorrectie voor codes → Nu synchroniseren.
advice-iphone = iPhone
advice-iphone-how = Instellingen → Algemeen → Datum en tijd → Stel automatisch in aan. Opnieuw opstarten kan helpen.
advice-then = Druk dan op Enter en typ de nieuwe code.
advice-used-big = GEBRUIKT
advice-used = De code is juist, maar al gebruikt. Wacht op de volgende.
advice-other-big = EEN ANDERE
advice-other = Dat is de code van een andere vermelding op deze telefoon: { $name }, uitgegeven { $day }.
advice-other-removed = Die opent niets meer: hij is verwijderd. Wis hem uit de app, zodat niemand hem voor de nieuwe houdt.
advice-other-next = Neem in de app de andere vermelding met die naam: de nieuwste staat meestal onderaan.
advice-misread-big = VERLEZEN
advice-misread = Eén cijfer verschilt van de juiste code, of twee zijn verwisseld. Lees de code nog eens, langzaam.
advice-none-big = PAST NIET
advice-none = De codes passen niet bij dit account, en ook niet bij een klok die tot een dag afwijkt.
advice-none-new = Na Enter staat de QR-code er weer: wis dan de vermelding uit de app, en scan hem opnieuw.
advice-none-known = Is het de juiste telefoon, en de juiste vermelding in de app? Een nieuwe app moet opnieuw worden uitgegeven.
advice-station-fast = De klok van dit station loopt zelf { $offset } voor. Codes worden met die van het register gecontroleerd, dus dit gaat over de telefoon; meld het de beheerder.
advice-station-slow = De klok van dit station loopt zelf { $offset } achter. Codes worden met die van het register gecontroleerd, dus dit gaat over de telefoon; meld het de beheerder.
offset-seconds = { $count ->
    [one] 1 seconde
   *[other] { $count } seconden
}
offset-minutes = { $count ->
    [one] 1 minuut
   *[other] { $count } minuten
}
offset-hours = { $hours } u { $minutes } min
show-again-big = NOG EENS?
show-again-how = De code stond lang genoeg op het scherm en is weg. Enter toont hem opnieuw.
choose-factor-big = WELKE?
choose-factor-test = Welke app of welk token wordt getest?
choose-factor-prove = Welke kan de persoon nog gebruiken? Die bewijst wie het is.
choose-factor-replace = Voor welke komt de nieuwe app in de plaats?
choose-factor-remove = Welke is niet meer nodig?
choose-factor-key = een beveiligingssleutel
choose-factor-none = Deze persoon heeft geen app en geen token.
remove-factor-big = VERWIJDEREN?
remove-factor-how = x verwijdert { $name }. De codes ervan openen dan niets meer.
remove-factor-left = Blijft over: { $names }
remove-factor-keys = Blijft over: de beveiligingssleutels
token-serial-big = WELKE?
token-serial-how = Typ of scan het serienummer dat op het token staat.
token-serial-line = Serienummer
token-serial-wrong = Dat kan geen serienummer zijn.
factor-token = token { $serial }
factor-named-token = { $name }, { $serial }
factor-removed = verwijderd { $day }
factor-at = bij { $station }
person-apps = APPS EN TOKENS
person-no-apps = Nog geen authenticator-app.
person-no-factor = Nog geen factor: zonder MFA gaat er niets open.
done-factor-delete = Wis de vermelding uit de app, zodat niemand hem voor een andere houdt.
done-factor-stock = Het token ligt weer in voorraad.
done-removed-accepted = Het register neemt er geen code meer van aan.
done-know-old = Wis de vermelding van de oude telefoon, zodat niemand hem voor de nieuwe houdt.
done-know-app = De codes wisselen elke 30 seconden. Niemand van de balie vraagt er ooit om, per telefoon of mail.
done-know-phone = Telefoon kwijt? Meld het meteen bij de helpdesk. Een nieuwe? Kom terug met de oude: die bewijst wie het is.
done-app-failed = De sleutel is uitgegeven. De app niet: { $why }
key-enrol-key = sleutel
key-enrol-app = app
key-enrol-both = beide
key-replace = vervangen
key-assign = token uitgeven
key-by-hand = scannen lukt niet?
key-show-code = QR-code
key-invert = licht/donker
key-show-again = tonen
key-check = controleren
key-with-key = met een sleutel
key-next-code = volgende code
key-this-one = deze
leaves-app-recorded = de app is ingesteld; de uitbak verstuurt het
leaves-unchanged = er verandert niets
advice-station-unknown = Het register is niet bereikt, dus codes worden met de klok van dit station zelf gecontroleerd: kijk eerst naar die.
person-choice-desk = Sleutels en apps voor deze persoon geeft de helpdesk uit.
person-choice = Uitgeven: ⏎ sleutel · a app · b beide, in één bezoek · e bij het weggaan
strands-factor-next = Geef eerst een andere factor uit, op de pagina van de persoon. Zonder is het een reset: de woorden hierboven zeggen wie dat mag.
stopped-unchanged = Er is niets veranderd, en er is niets af te maken.
factor-here = hier

# Both sides of unfinished work

unfinished-on-key = Sleutel: { $what }
unfinished-on-phone = Telefoon: { $what }
unfinished-on-token = Token: { $what }
unfinished-on-account = Account: { $what }
unfinished-token-registry = Het is gevraagd deze persoon het token te geven. Of dat is gebeurd, is niet bekend.
unfinished-at-registry = Register: { $what }
unfinished-untold = Het heeft hiervan niets gehoord en bewaart er niets van.
unfinished-own-key-registry = Of het de nieuwe sleutel heeft aangenomen, is niet bekend.
unfinished-withdrawal-registry = Het heeft de uitgifte geweigerd, en hoort via de uitbak dat die is opgegeven.
unfinished-care-registry = Het staat hierbuiten.
unfinished-held = Het bewaart de uitgifte aan { $names } nog, en hoort het zodra die weg is.
unfinished-held-nobody = Het bewaart niets van deze sleutel.
unfinished-deletion-known = Of { $what } is gewist, is niet bekend.
unfinished-deletion-way = Veilig verder: steek de sleutel in een poort; wat er nog op staat wordt gewist, en het register hoort het.
unfinished-deletion-without-key = De sleutel is weg: n sluit het werk zonder hem, en het register weigert de credential voortaan.
unfinished-reset-without-key = De sleutel is weg: n sluit het werk zonder hem. Het register blijft bewaren wat het bewaart.

## Deleting an enrolled credential

stage-deletion = tijdens het wissen
leaves-deleted = de credential is van de sleutel af; zie onafgemaakt werk
leaves-may-be-deleted = de credential is misschien gewist; zie onafgemaakt werk
remains-deleted = De credential is van de sleutel af en het register weet dat nog niet. Het staat bij het onafgemaakte werk.
remains-may-be-deleted = De credential is misschien van de sleutel af, terwijl het register hem bewaart. Het staat bij het onafgemaakte werk.
recorded-may-be-deleted = De credential is misschien van de sleutel af. De vastlegging zegt dat.
outbox-withdrawal = intrekking
deletion-case-how = Deze credential is van iemand. Zeg waarom hij wordt gewist en wie erom vroeg; Enter gaat verder.
deletion-sure-big = WISSEN?
deletion-sure-how = Hiermee eindigt deze uitgifte voorgoed. Er is geen weg terug.
deletion-lost = { $name } bij { $rp } · uitgegeven { $day }
deletion-last = Het is hun enige factor: zonder nieuwe uitgifte komen ze er niet meer in.
deletion-others = { $count ->
    [one] Ze houden een andere factor over.
   *[other] Ze houden { $count } andere factoren over.
}
deletion-told = Het register weigert de credential voortaan. Wie hem kwijt is, heeft een nieuwe uitgifte nodig.
deletion-queued = Het register hoort het zodra het bereikbaar is. Wie de credential kwijt is, heeft een nieuwe uitgifte nodig.

## What a dry run says of a key

unfit-pin-unknown = hij heeft een pincode die niemand hier kent: neem een nieuwe sleutel, of zet een reset in het profiel
unfit-pin-unwanted = hij heeft een pincode, en het profiel laat sleutels zonder: zet een reset in het profiel
unfit-not-needed = de lijst is klaar vóór deze sleutel: hij is niet nodig
taken-credentials = elke credential erop, ook die van andere diensten
taken-pin = de pincode
taken-fingerprints = de vingerafdrukken

app-job-accept = NEMEN WAT KLAARLIGT
key-accept = nemen wat klaarligt
insert-proof = Steek een sleutel in die { $name } al heeft: die bewijst om wie het gaat.
act-lend = { $signer } staat ervoor in dat aan { $person } van { $organisation } (geïdentificeerd: { $how }), die de eigen sleutel elders heeft liggen, een sleutel wordt uitgeleend door { $operator }: voor { $days ->
    [one] 1 werkdag
   *[other] { $days } werkdagen
}, tot { $until }.
act-lend-head = { $signer } staat ervoor in dat een sleutel wordt uitgeleend:
act-lend-whom = Aan wie
act-lend-end = Eindigt
act-lend-by = Geholpen door
act-lend-until = na { $days ->
    [one] 1 werkdag
   *[other] { $days } werkdagen
}, op { $until }
act-vouch = { $signer } tekent met de eigen sleutel: { $person } van { $organisation } is alles kwijt en mag iets nieuws krijgen, van { $operator }.
act-change-own = { $signer } tekent met de eigen sleutel: wat toegang geeft tot het account mag in dit bezoek veranderen, door { $operator }.
act-ask-reset = { $signer } vraagt met de eigen sleutel:
act-release-reset = { $signer } geeft met de eigen sleutel vrij wat { $asked_by } vroeg:
account-reset-deletes = alles wat het account van { $person } ({ $id }, { $organisation }) opent, wordt verwijderd: { $factors }.
account-reset-others = en { $count } andere
act-ask-reset-head = { $signer } vraagt, en tekent met de eigen sleutel: alles wat dit account opent, wordt verwijderd.
act-release-reset-head = { $signer } geeft vrij, en tekent met de eigen sleutel, wat { $asked_by } vroeg: alles wat dit account opent, wordt verwijderd.
account-reset-account-label = Account
account-reset-factors-label = Verwijderd
account-reset-why-label = Waarom
account-reset-identified-label = Identiteit
account-reset-looked = { $how }, gezien door { $by } aan { $station }, { $at }
account-reset-seen-by-nobody = Door wie hem uitvoert, als de persoon aan een balie is.
account-reset-who-big = WIE GEEFT VRIJ
account-reset-who-how = Welke medewerker is gekomen om vrij te geven? Die tekent met een eigen sleutel; u blijft aangemeld.
account-reset-which-big = WELKE
account-reset-which-sign = Om welke ervan vraagt de beheerder?
account-reset-which-object = Tegen welke is het bezwaar?
account-reset-object-big = BEZWAAR?
account-reset-object-how = { $name } maakt bezwaar: deze reset is dan voorbij, en er gaat een alarm. Dat kan één keer, en er is geen weg terug.
account-reset-below = nog { $count } regels hieronder
account-reset-above = nog { $count } regels hierboven
account-reset-refuses = Er is niets getypt: nog een keer Enter weigert de reset.
account-reset-remark-how = Waarom: { $why }. Wat moet wie erover beslist nog weten? Beide regels mogen leeg blijven.
account-reset-ticket-long = Een zaaknummer heeft hooguit { $max } tekens.
insert-own = { $signer }: steek uw eigen sleutel in een poort.
choose-own = { $signer }: welke is uw eigen sleutel? Twijfel: w laat de gemarkeerde knipperen.
waits-carried-out = Wacht op wat er nu wordt uitgegeven.
account-reset-of-nothing = er is niets meer van over
account-reset-why = Waarom: { $why }.
account-reset-remark = Wie erom vroeg, schrijft: “{ $remark }”
account-reset-ticket = Zaaknummer { $ticket }.
account-reset-identified = Geïdentificeerd met { $how }: { $by } keek, aan { $station }, { $at }.
account-reset-lost = alles is kwijt
account-reset-stolen = het is gestolen
account-reset-broken = het is kapot
account-reset-pin-gone = de pincode is onbekend of geblokkeerd
account-reset-new-phone = een nieuwe telefoon, en de oude is weg
account-reset-suspected = iemand anders heeft het misschien
run-prepare-reset = BEHEERDERS VRAGEN
run-ask-reset = RESET VRAGEN
run-release-reset = RESET VRIJGEVEN
run-sign-reset = VRAGEN ALS BEHEERDER
run-object-reset = BEZWAAR TEGEN RESET
run-carry-out-reset = ACCOUNT RESETTEN
account-reset-why-big = WAAROM?
account-reset-why-how = Waarom moet het hele account gereset worden?
account-reset-remark-label = Verder
account-reset-ticket-label = Zaaknr.
account-reset-ask-big = KLOPT DIT?
account-reset-release-big = VRIJGEVEN?
account-reset-last-name = Achternaam om vrij te geven (leeg, 2× Enter: geweigerd):
account-reset-wrong-name = Dat is niet de achternaam van de persoon hierboven.
account-reset-carry-out-big = ALLES WEG
account-reset-carry-out-asked = { $asked_by }, beheerder van de organisatie van { $person }, vroeg erom. Dit alles wordt verwijderd; er is geen weg terug.
account-reset-carry-out-how = { $asked_by } vroeg, { $released_by } gaf vrij: alles wat het account van { $person } opent, wordt nu voorgoed verwijderd:
account-reset-waiting = { $name } wacht op de eigenaar: een sleutel die vooraf is gemaakt. Daarmee is er misschien geen reset nodig.
account-reset-used = { $name } is het laatst gebruikt op { $day }.
account-reset-unused = { $name } is nooit gebruikt.
account-reset-earlier = Op { $day } vroeg { $by } een reset ({ $why }): { $state }.
account-reset-earlier-by = { $state } door { $by }
account-reset-earlier-beside = { $state } door { $by }, zegt { $desk }: er is niets ondertekend
account-reset-put = Dit is eerder voorgelegd aan { $to }, en niet vrijgegeven.
account-reset-put-beside = { $agent } (aan de balie van { $desk })
account-reset-earlier-put = { $state } nadat { $to } dit had bekeken
account-reset-ticket-seen = Hetzelfde zaaknummer hoorde op { $day } bij een andere aanvraag.
account-reset-lately = Nummer { $count } dat deze medewerker vraagt binnen een dag.
account-reset-is-prepared = nog te vragen
account-reset-is-requested = wacht op vrijgave
account-reset-is-withdrawn = ingetrokken
account-reset-is-refused = geweigerd
account-reset-is-expired = verlopen
account-reset-is-released = vrijgegeven
account-reset-is-objected = bezwaar gemaakt
account-reset-is-carried-out = uitgevoerd
account-reset-prepared = Aan de beheerders van de organisatie is gevraagd om de reset van het account van { $name }.
account-reset-prepared-next = Een van hen vraagt erom binnen 4 uur, op de pagina van het register of bij een balie, met een eigen factor. Dit scherm toont het meteen; daarna v op de pagina van de persoon. Niemand hoeft te blijven wachten.
account-reset-signed = { $name } vroeg om de reset van het account van { $person }.
account-reset-signed-next = Die kan tot { $until } worden uitgevoerd waar de persoon is; het scherm daar toont het meteen. De sleutel gaat terug naar de eigenaar.
account-reset-objected = { $name } maakte bezwaar tegen de reset van het account van { $person }.
account-reset-objected-next = Er is niets verwijderd, en er is alarm. Wie vroeg en wie ervan wist, krijgt hier ook bericht van.
account-reset-asked = De reset van het account van { $name } is gevraagd.
account-reset-asked-next = Een tweede medewerker geeft die binnen 4 uur vrij, aan welke balie ook (F11). Daarna voert v op de pagina van de persoon hem uit, binnen 60 minuten. De persoon krijgt er bericht van.
account-reset-released = De reset van het account van { $name } is vrijgegeven.
account-reset-released-next = Die wordt binnen 60 minuten uitgevoerd, met v op de pagina van de persoon en de persoon aan de balie, door wie vroeg of een ander; niet door wie hem vrijgaf.
account-reset-refused = De reset van het account van { $name } is geweigerd.
account-reset-withdrawn = De reset van het account van { $name } is ingetrokken.
account-reset-refused-next = Er is niets veranderd; wie het vroeg, ziet dit op het beginscherm. Tegen de persoon: “We kunnen uw account vandaag niet resetten.”
account-reset-withdrawn-next = Er is niets veranderd. De reset kan opnieuw worden gevraagd.
account-reset-done = Alles wat het account van { $name } opende, is verwijderd ({ $count }).
account-reset-done-next = Niemand komt in het account tot er in dit bezoek iets is uitgegeven, uiterlijk tot { $until }. Enter geeft een sleutel uit, a een app. Eindigt het bezoek eerder, dan gaat v op de pagina van de persoon verder.
key-sign-request = ja, onderteken
key-refuse = weiger
key-release = geef vrij en onderteken
key-delete-all = verwijder alles
key-ask-reset = reset vragen
key-prepare-reset = hun beheerders vragen
key-which-agent = welke medewerker
key-release-here = hier vrijgeven
key-carry-out-reset = account resetten
key-carry-out-again = verder met de reset
key-sign-prepared = tekenen
key-objects = bezwaar tegen een reset
key-object = ja, bezwaar
key-which-reset = die reset
key-resets = resets
key-look-release = bekijken, en vrijgeven of weigeren
person-reset-prepared = { $by } vroeg de beheerders van de organisatie om { $at } om een reset: een van hen antwoordt tot { $until }.
person-reset-asked-for = { $by }, beheerder van de organisatie, vroeg om een reset: die kan tot { $until } worden uitgevoerd.
person-reset-by-code = { $by }, beheerder van de organisatie, vroeg met een code om een reset: die kan van { $from } tot { $until } worden uitgevoerd.
person-reset-asked = { $by } vroeg om { $at } een reset: die wacht op een tweede medewerker, tot { $until }.
person-reset-released = De reset die { $by } om { $at } vroeg, is vrijgegeven door { $releaser }: uit te voeren tot { $until }.
person-reset-released-own = U gaf de reset vrij die { $by } vroeg: die voert hem uit, of een andere medewerker dan u, tot { $until }.
person-choice-prepare = ⏎ met een beheerder die hier is · v vraagt wie er niet is
person-choice-carry-out = v reset het account; geef daarna een sleutel of app uit
person-choice-again = v gaat verder met de reset; geef daarna een sleutel of app uit
person-reset-again = U reset dit account en er is niets uitgegeven. Tot { $until } kunt u verder, zonder dat iemand opnieuw iets wordt gevraagd.
person-to-sign = { $count ->
    [one] Een reset voor iemand van hun organisatie wacht op een beheerder die erom vraagt: h, met een eigen sleutel.
   *[other] { $count } resets voor mensen van hun organisatie wachten op een beheerder die erom vraagt: h, met een eigen sleutel.
}
phone-title = CODES WERKEN NIET: AAN DE TELEFOON
phone-say = Zeg: “Ik vraag u niet om een code. Noem mij er ook geen.”
phone-entry = Naar welke vermelding in de app kijkt de beller? Die heet IAMconnected, met het eigen e-mailadres; van twee de laatst toegevoegde.
phone-new-code = Laat de beller wachten tot er een andere code staat, en die meteen typen bij het inloggen.
phone-clock = Nog niet? Het is bijna altijd de klok van de telefoon:
phone-else = Nog niet? Log in met de sleutel, of kom met de telefoon naar een balie: één code die daar getypt wordt, zegt wat er mis is.
phone-proves = Dit verandert niets en bewijst niets: wie belt, is er niet mee geïdentificeerd, en hoort niets over het account. Wie de telefoon kwijt is, wordt gevraagd of die geschorst moet worden (l).
key-phone = codes: telefonisch
waits-phone = Wacht nergens op: hier staat wat te zeggen.
resets-title = RESETS VAN ACCOUNTS
resets-none = Er is geen reset gevraagd.
resets-age = sinds
resets-person = persoon
resets-by = gevraagd door
resets-state = stand
resets-asked = { $by } vroeg dit aan { $station } op { $day }, { $time }.
resets-own = Deze vroeg u zelf: een andere medewerker geeft hem vrij, tot { $until }. x trekt hem in, Enter opent de pagina van de persoon.
resets-to-release = Er wacht iemand op. Enter toont wat er zou verdwijnen; dan geeft u vrij of weigert u, tot { $until }.
resets-released = { $by } gaf hem vrij. Tot { $until } voert wie vroeg, of een ander, hem uit op de pagina van de persoon (Enter), met de persoon aan de balie.
resets-prepared = Een beheerder van de organisatie vraagt erom op de pagina van het register of bij een balie, tot { $until }. Daarna wordt hij uitgevoerd op de pagina van de persoon (Enter).
resets-asked-for = { $by }, beheerder van de organisatie, vroeg erom. Hij kan tot { $until } worden uitgevoerd op de pagina van de persoon (Enter), met de persoon aan de balie.
resets-expired = Niemand deed iets op tijd: verlopen op { $at }. Er is niets veranderd.
resets-ended = Afloop: { $state } door { $by } op { $at }.
resets-refused-beside = { $by } weigerde dit op { $at }, aan de balie van { $desk } en volgens die collega: er is niets ondertekend.
resets-withdraw-sure = nog een keer x trekt hem in: dan wordt hij opnieuw gevraagd, en de persoon opnieuw geïdentificeerd.
resets-refuse-sure = nog een keer x weigert hem voorgoed: er komt niets van, en hij wordt opnieuw gevraagd.
waits-resets = Wacht op een keuze: welke reset?
home-to-release = { $count ->
    [one] 1 RESET wacht op uw vrijgave, al { $age }
   *[other] { $count } RESETS wachten op uw vrijgave, de oudste al { $age }
}
home-to-release-short = { $count } vrij te geven, { $age }
home-to-carry-out = VRIJGEGEVEN: de reset voor { $name } kan worden uitgevoerd tot { $until }
home-refused = GEWEIGERD: de reset voor { $name }, door { $by } om { $at }
waited-minutes = { $count } min
waited-hours = { $count } u
choose-proof = Kies de sleutel die { $name } al heeft: die bewijst om wie het gaat. Twijfel: w laat hem knipperen.
pick-administrator-big = WIE IS ER?
pick-administrator-how = { $name } is alle factoren kwijt. Welke beheerder van de organisatie staat aan de balie en bewijst een eigen factor?
pick-waiting-big = WELKE?
pick-waiting-how = Welke hiervan neemt { $name }?
done-waiting = register: gecontroleerd. Hij wacht op zijn eigenaar en opent nog niets.
done-left-waiting = De eigenaar neemt hem aan een balie aan, bij iemand anders dan de maker, tenzij een eigen factor wordt bewezen: w op diens pagina.
done-taken = { $taken } is nu een factor van { $name }.
stop-not-identified = Met een verklaring is niemand geïdentificeerd.
stop-not-identified-next = Identificeer de persoon met een document.
stop-own-factor = Deze persoon heeft een factor en moet die eerst bewijzen.
stop-own-factor-next = Eén aanraking met de pincode, of één code. Kwijt? Schors hem op de pagina van de persoon (l). Vergeten? Daar leent g een sleutel uit, aan wie dat mag; anderen komen terug met de eigen.
stop-administrator = Deze persoon is alle factoren kwijt: identificatie alleen is niet genoeg.
stop-administrator-next = Wie voor de persoon instaat komt mee naar de balie en bewijst een eigen factor. Is het account net gereset, dan drukt wie dat deed in plaats daarvan nog eens op v.
stop-release = Deze persoon is alle factoren kwijt: identificatie alleen is niet genoeg.
stop-release-next = Eerst wordt het account gereset, op de pagina van de persoon (v); geef daarna uit. Is dat net gebeurd, dan drukt wie het deed nog eens op v.
app-job-leave = DE PERSOON GAAT
key-end-visit = persoon gaat
key-all-theirs = alles klopt
key-not-theirs = één niet
theirs-big = VAN U?
theirs-how = Deze horen bij uw account. Is elk ervan van u, en ontbreekt er geen?
theirs-none = Niets opent dit account.
theirs-suspended = { $name }: geschorst ({ $why }), opent niets
theirs-denied = Nog eens n: één ervan is niet van de persoon, en het register slaat alarm. Enter: alles klopt.
done-visit-over = Het bezoek van { $name } is voorbij.
done-visit-denied = { $name } zegt dat een van de factoren niet van hem of haar is. Het register heeft alarm geslagen.
done-visit-denied-next = Schors hem meteen: open de pagina van de persoon, kies hem, l. Waarschuw daarna de beheerder van het register.

## Factoren die kwijt zijn, en die opduiken

why-lost = kwijt
why-stolen = gestolen
why-suspected = verdacht
why-loan-over = uitleen voorbij
why-loan-over-means = Een uitleen die voorbij is wordt nooit hervat.
why-lost-means = Niet gevonden. De eigenaar kan het 30 dagen laten opheffen.
why-stolen-means = Door iemand meegenomen. Wordt nooit opgeheven.
why-suspected-means = Misschien gebruikt of veranderd. Wordt nooit opgeheven.
suspended-lost = geschorst sinds { $day } (kwijt): opent niets. De eigenaar kan dat tot { $until } laten opheffen.
suspended-lent = uitgeleend, en geschorst sinds { $day } (kwijt): opent niets, voorgoed.
suspended-stolen = geschorst sinds { $day } (gestolen): opent niets, voorgoed.
suspended-loan-over = uitgeleend tot { $day }: dat is voorbij, en hij opent niets, voorgoed.
suspended-suspected = geschorst sinds { $day } (verdacht): opent niets, voorgoed.
lent-until = te leen tot { $until }: opent het account, bewijst niets.
waiting-since = wacht sinds { $day } op zijn eigenaar: opent niets tot die hem neemt.
owned-key = { $model }, serienummer { $serial }
run-suspend = FACTOR SCHORSEN
run-lift = SCHORSING OPHEFFEN
key-forgot = leen
key-sign-loan = ja, onderteken
key-loan-days = zoveel werkdagen
key-which-second = wie dat nummer heeft
loan-days-big = HOE LANG
loan-days-how = Waar is de eigen sleutel van { $name }? Die blijft geldig, en moet dus veilig liggen. Weet niemand waar: dan is hij kwijt (Esc, l). Hoe lang tot hij er weer is?
loan-days = { $days ->
    [one] 1 werkdag
   *[other] { $days } werkdagen
}
loan-second-big = WIE NOG
loan-second-how = Wie staat ervoor in met een eigen sleutel? Die komt hier, ziet zelf mens en legitimatie, en tekent; u blijft aangemeld.
loan-sign-big = LEES DIT
key-lost = kwijt
key-found = terecht
key-suspend = schorsen
key-why = reden met dat nummer
suspend-big = KWIJT?
suspend-waits-big = WACHT
suspend-refused-big = GEWEIGERD
suspend-how = ⏎ schorst { $name }. Die opent en bewijst dan niets meer.
suspend-last = Het is de laatste die iets opent: tot er een andere is, komt deze persoon nergens in.
suspend-offline = Het register is onbereikbaar: de melding wacht in de uitbak, en tot die verstuurd is opent deze factor wat hij opende.
choose-owned-suspend = Welke sleutel, app of welk token is kwijt?
choose-owned-lift = Welke heeft de persoon terug?
done-suspended = { $name } van { $person } is geschorst ({ $why }): hij opent niets meer.
done-suspended-queued = { $name } van { $person } is gemeld ({ $why }). Hij opent NOG STEEDS, tot het register het hoort: de uitbak verstuurt het vanzelf.
done-suspended-conflict = { $name } van { $person } is niet geschorst ({ $why }): het register weigerde de melding.
done-suspended-lift = Gevonden? Tot { $until }, en zolang niets de plaats ervan innam, kan de eigenaar dit aan elke balie laten opheffen, met de factor zelf en een document.
done-suspended-never = Dit wordt nooit opgeheven. Wat gevonden wordt, mag niet gebruikt worden: breng het naar de balie.
done-suspended-told = De persoon en de beheerders van de organisatie worden ingelicht.
done-suspended-lost-all = Er is niets meer over dat iets opent.
done-lifted = { $name } van { $person } is weer geldig.
leaves-not-suspended = er is niets geschorst
leaves-suspended = de melding is vastgelegd; de uitbak verstuurt haar
leaves-not-lifted = hij blijft geschorst
leaves-lifted = hij is weer geldig
outbox-suspension = schorsing
outbox-suspension-how = Tot het verstuurd is, opent deze factor wat hij opende. p verstuurt nu alles.
person-lost-administrator = Er is niets over dat iets opent. Nieuwe komen van: { $may }, die een eigen factor bewijst.
person-lost-release = Er is niets over dat iets opent. Eerst een reset, door: { $may }. Is die net uitgevoerd, dan gaat wie dat deed verder.
person-refused = De reset is om { $at } geweigerd door { $by }. Er is niets veranderd. Tegen de persoon: “We kunnen uw account vandaag niet resetten.” Vraag { $by } waarom, voordat u het opnieuw vraagt.
person-refused-own = U hebt de reset om { $at } geweigerd. Er is niets veranderd. Tegen de persoon: “We kunnen uw account vandaag niet resetten.”
person-lets = Nog opent niets het account. In dit bezoek kan er iets worden uitgegeven zonder dat iemand opnieuw wordt gevraagd; het eindigt om { $until }, of als u zich afmeldt.
stop-suspended = Deze factor is geschorst: hij opent en bewijst niets.
stop-suspended-next = Neem een andere van deze persoon. Was hij alleen kwijt en heeft de eigenaar hem terug, hef de schorsing dan op vanaf diens pagina (f).
stop-never-lifted = Deze schorsing wordt niet meer opgeheven.
stop-never-lifted-next = Houd de factor aan de balie. De regel hierboven zegt wie een andere kan geven.
stop-not-suspended = Deze factor is niet geschorst.
stop-not-suspended-next = Er valt niets op te heffen. Kijk op de pagina van de persoon.

waits-home = Wacht op een naam of nummer: typ die, of kies hieronder iemand.
waits-person = Wacht op wat er voor deze persoon moet gebeuren.
waits-outbox = Wacht op een keuze: welke melding?
waits-give-up = Wacht op de naam die het bevestigt.
waits-unfinished = Wacht op een keuze: welk werk?
waits-nothing = Hier valt niets te kiezen. Esc gaat terug.
waits-keys = Wacht op een keuze: welke sleutel?
waits-key = Wacht op wat er met deze sleutel moet gebeuren.
waits-batches = Wacht op een keuze hieruit.
waits-statement = Wacht op één regel: waarom is er niemand bij?
waits-forecast = Wacht op Enter, dan begint de batch.
waits-board = Wacht op sleutels: steek ze in, en raak aan wat knippert.
waits-board-over = De batch is voorbij. Wacht op Esc.
waits-board-typing = Wacht op wat er voor de gemarkeerde sleutel wordt getypt.
waits-board-admit = Wacht op een keuze: deze sleutels gebruiken of niet?
waits-enrolled = Klaar. Wacht op Enter.
waits-ended = Voorbij. Wacht op Enter.

## Waarom een handeling stopte: de feiten naast wat er gebeurde

why-code = De code van het register: { $code }.
why-until = Niemand kan dat weten vóór { $until }.
why-not-allowed = Niet voor { $role }. Dit is voor: { $may }.
why-nobody-may = Niet voor { $role }, en ook voor niemand anders.
may-asked = { $roles }, op verzoek van de hoofdbeheerder of een gebruikersbeheerder van dezelfde organisatie
may-seconded = { $roles }, met de aanraking van een tweede medewerker of van een beheerder van dezelfde organisatie
may-owner = { $roles }, voor de eigenaar, die een eigen factor bewijst
may-released = { $roles }, met vrijgave door een tweede medewerker van Klantenservice
may-nobody = niemand
why-not-lent = Aan { $person } ({ $kind }) wordt geen sleutel uitgeleend. Die haalt de eigen sleutel op, gebruikt de reservesleutel, of is hem kwijt: dan wordt hij eerst geschorst, en komt een andere van: { $may }.
why-last = Het is alles wat { $person } heeft: geef eerst een andere factor uit. De laatste wegnemen is een reset, en die is voor: { $may }.
why-taken = Wat op deze sleutel staat, opent het account van { $person }: het wordt weggenomen in een bezoek van die persoon aan deze balie, waarin een factor wordt bewezen (een aanraking met de pincode, of een code). Wie niets kan bewijzen, laat hem eerst als kwijt schorsen en wordt dan geholpen door: { $may }.
why-last-nobody = Het is alles wat { $person } heeft: geef eerst een andere factor uit. De laatste wegnemen is een reset.
why-released = { $person } is alle factoren kwijt. Is het account gereset, dan komen de nieuwe van: { $may }.
why-released-nobody = { $person } is alle factoren kwijt, en niemand mag ze vervangen.
why-strands = Het zou { $account } buitensluiten. Dit is voor: { $may }.
why-strands-enroller = Het zou { $account } buitensluiten. Dit is voor wie hem heeft uitgegeven, zodra hun station dat heeft gemeld.
why-strands-own = Het zou de medewerker van de balie van wie hij is buitensluiten. Dit is voor de beheerder van het register, met "keydesk registry operators new-key".
why-administrator = Voor { $person } komt een van hen mee: { $may }.
why-no-administrator = Niemand van de organisatie van { $person } heeft al een factor waarmee voor anderen kan worden ingestaan.
refusal-test = Hij zakte voor de test: { $why }
refusal-anothers = Hij is uitgegeven aan { $person }, en niets onderscheidt hem van andere van zijn model: steek de sleutel van dit werk in, of beëindig het werk zonder hem.
refusal-somebody-elses = Hij is uitgegeven aan iemand anders, en niets onderscheidt hem van andere van zijn model: steek de sleutel van dit werk in, of beëindig het werk zonder hem.
refusal-unresolved = Er staat een uitgifte aan deze persoon op die het register weigerde: los dat conflict eerst op in de uitbak, of neem een andere sleutel.
refusal-unasked = Er staat een credential voor deze persoon op waarnaar het register nu niet gevraagd kan worden: neem een andere sleutel, of wacht op het register.
refusal-no-pin = Hij heeft geen pincode, dus hij is van geen medewerker van de balie: neem uw eigen sleutel, of meld u de eerste keer aan met een code.
refusal-operators-own = Het is de eigen sleutel van de medewerker van de balie: zonder die kan die zich niet aanmelden. De beheerder van het register geeft eerst een andere.
refusal-shows-more = Nu blijkt dat hij is uitgegeven aan { $person }, wat niemand heeft bevestigd: begin opnieuw.
refusal-tells-nothing = Zonder pincode laat hij niemand zien wat erop staat, hij heeft geen serienummer, en er zijn mensen met sleutels van dit model: zonder de pincode weet niemand van wie hij is, en wat iemands account opent, wordt niet ongevraagd gewist. Wie de pincode kent, typt die hier.
refusal-used-since = Hij is in gebruik genomen sinds ernaar is gekeken, wat niemand heeft bevestigd: begin opnieuw.
refusal-not-wanted = De medewerker van de balie neemt een andere sleutel.
refusal-somebodys = Hij is uitgegeven aan { $people }: reset hem apart, op zijn eigen pagina of met "keydesk key reset".
refusal-maybe-somebodys = Hij is misschien uitgegeven aan { $people }: reset hem apart, op zijn eigen pagina of met "keydesk key reset".
refusal-silent = Hij zegt niet of hij aan iemand is uitgegeven: reset hem apart, op zijn eigen pagina of met "keydesk key reset".
refusal-tags = De labels { $pattern } zijn op: geef het patroon een cijfer meer.
case-no-reason = Deze sleutel is aan iemand uitgegeven: zeg waarom hij wordt gereset.
case-no-ticket = Deze sleutel is aan iemand uitgegeven: noem het zaaknummer waaronder om de reset is gevraagd.
case-no-requester = Deze sleutel is aan iemand uitgegeven: zeg wie om de reset vroeg (voor een werknemer de beheerder van de organisatie).
case-not-identified = Deze sleutel is aan iemand uitgegeven: zeg hoe wie hem inleverde is geïdentificeerd.
case-form = Reden, zaaknummer en aanvrager mogen elk 200 tekens hebben, en geen stuurtekens of onzichtbare tekens.
gap-down = Wat het netwerk zegt (Engels): “{ $detail }”
gap-unserved = Het antwoordde met status { $status }.
gap-between = Iets ertussenin antwoordde met status { $status } ({ $media }): controleer het adres van het register en het netwerk.
gap-unread = Het antwoord is niet te lezen: controleer het adres, en of dit station een update nodig heeft.
gap-not-joined = Dit station is bij geen register aangesloten: voer "keydesk station join" uit.
gap-stock = Alleen het register kent de tokens in voorraad: er is niets gedaan.
gap-test-waits = Of de sleutel de test doorstond, is nog niet bekend: het resultaat wacht in de uitbak en gaat vandaar weg. Waar die voor was, is niet gedaan.
gap-may-be-held = Het heeft deze credential misschien, dus er is niets verwijderd: probeer het opnieuw als het antwoordt, of trek het in zonder de sleutel.
gap-unknown = Wat er inmiddels is uitgegeven is niet bekend: probeer het opnieuw als het register bereikbaar is.
gap-visit-passed = Het bezoek is niet meer van u: de andere medewerker heeft het, of het is afgelopen.
lacks-fido2 = Hij spreekt alleen U2F: hij bewaart niets, en is hier niet te gebruiken.
lacks-pins = Hij kan geen pincode hebben.
lacks-first-pin = Hij heeft al een pincode: wijzig die.
lacks-pin-change = Hij heeft nog geen pincode: stel er een in.
lacks-forced-change = Hij kan geen wijziging van zijn pincode afdwingen: laat dat weg, en laat de persoon hem wijzigen.
lacks-credentials = Hij somt niet op wat erop staat, en verwijdert er niets van.
lacks-credentials-without-pin = Hij somt alleen met zijn pincode op wat erop staat: stel er eerst een in.
lacks-renaming = Hij kan een credential geen andere naam geven.
lacks-lasting-token = Hij somt alleen per opdracht op wat erop staat.
lacks-fingerprints = Hij heeft geen vingerafdruksensor.
lacks-other-biometrics = Hij herkent mensen aan iets anders dan een vingerafdruk.
lacks-fingerprints-without-pin = Hij bewaart vingerafdrukken alleen onder een pincode: stel er eerst een in.
lacks-built-in-uv = Hij kan zelf niemand herkennen.
lacks-finger-token = Hij doet dit niet met een vingerafdruk, of er is er geen ingesteld.
lacks-by-pin = Hij wil hiervoor een vingerafdruk, niet zijn pincode.
lacks-by-finger = Hij wil hiervoor zijn pincode, geen vingerafdruk.
lacks-blinking = Hij kan niet op verzoek knipperen.
lacks-selection = Hij kan niet met een aanraking worden gekozen.
lacks-usb-reset = Hij is niet via USB te resetten, alleen via { $over }.
lacks-any-reset = Hij zegt dat hij geen reset aanneemt, via welke verbinding ook. Om hem zijn eigenaar af te nemen, schors of wis wat erop is uitgegeven.
lacks-reset = Hij weigerde de reset twee keer, ruim binnen zijn tijd: deze sleutel neemt er hier geen aan. Er is niets aan veranderd. Wat erop is uitgegeven kan zonder reset geschorst of gewist worden; leegmaken kan alleen met het hulpmiddel van zijn maker.
lacks-setting = Hij heeft deze instelling niet: { $setting }.
lacks-configuring = Hij is niet op deze manier in te stellen.
lacks-hand-over = Een willekeurige pincode moet worden overhandigd, en dat kan hier niet.
lacks-letters = Een willekeurige pincode gaat in een brief: voer dit profiel uit met "keydesk batch run --letters DIR" (met de kiosk afgesloten).
failure-refused = Hij weigerde { $operation } met status { $status }.
failure-silent = Hij was met { $operation } niet klaar binnen { $limit } ms.
failure-other-program = Een ander programma gebruikte hem { $limit } ms lang: sluit dat programma.
failure-system = Het systeem kan niet met hem praten; het meldt (Engels): “{ $reason }”. Voer "keydesk doctor" uit.
failure-garbled = Zijn antwoord op { $operation } is onbegrijpelijk.
failure-too-large = Het verzoek telt { $bytes } bytes en deze sleutel neemt er { $limit } aan.
failure-randomness = Het systeem geeft geen willekeurige getallen: start het station opnieuw.
failure-min-pin = Zijn kleinste pincodelengte is { $min } en kan alleen omhoog: alleen een reset verlaagt die.
failure-rps = Te veel partijen zouden zijn kleinste pincodelengte mogen lezen: hij onthoudt er { $max }.
failure-no-key = Er is geen sleutel: steek er een in.
failure-not-ready = Hij is niet klaar: kijk bij de poorten wat er met hem is.
failure-crowded = Hij heeft te veel te doen: wacht even.
failure-no-finger = Zo'n vingerafdruk staat er niet op.
failure-no-name = De naam van een account kan niet leeg zijn: er is niets gewijzigd.
failure-pin-length = Een willekeurige pincode van { $characters } tekens kan niet: 4 tot en met 63 wel.
failure-tag-form = Een label is één regel van ten hoogste 100 tekens.
failure-tag-taken = Een andere sleutel heeft dit label: neem een ander.
flaw-data-short = Zijn authenticatorgegevens zijn te kort.
flaw-other-party = Hij ondertekende voor een andere partij.
flaw-untouched = Hij deed dit zonder aanraking.
flaw-unverified = Hij controleerde de persoon niet.
flaw-verified-nobody = Hij zegt dat hij de persoon controleerde, en er is niemand gecontroleerd.
flaw-signature-malformed = Zijn handtekening is onleesbaar.
flaw-signature-wrong = Zijn handtekening klopt niet.
flaw-public-key = Zijn openbare sleutel is onleesbaar.
flaw-other-credential = Hij ondertekende met een andere credential.
flaw-counter = Zijn teller van handtekeningen ging van { $from } naar { $to }: die moet omhoog gaan.
flaw-algorithm = Hij maakte een credential van algoritme { $algorithm }, dat hij niet aanbiedt.
flaw-second-credential = Hij maakte een tweede credential hoewel de eerste was uitgesloten.
flaw-test-left = Er blijft een credential van de test op staan hoewel hij is gewist.
flaw-credential-stays = Hij zei dat hij de credential verwijderde, en somt hem nog op.
flaw-name-not-shown = Hij zei dat hij de naam wijzigde, en laat die niet zien.
flaw-finger-not-listed = Hij zei dat hij de vinger opnam, en somt die niet op.
flaw-finger-not-named = Hij zei dat hij de vingerafdruk een naam gaf, en laat die niet zien.
flaw-finger-stays = Hij zei dat hij de vingerafdruk verwijderde, en somt die nog op.
flaw-owner-changed = Van wie de credential is, is intussen veranderd: bekijk de sleutel opnieuw.
flaw-pin-not-taken = Hij neemt de pincode niet aan die er zojuist op is gezet.
flaw-not-empty = Hij zei dat hij gereset was, en heeft nog een pincode of een credential: neem hem uit gebruik.
flaw-setting-not-shown = Hij nam deze instelling aan en laat die niet zien: { $setting }.
flaw-not-operators = Het is niet de sleutel van de medewerker van de balie die is aangemeld.
flaw-only-registry = Alleen het register kan zo'n sleutel controleren.
skip-verifies-nobody = de sleutel kan niemand controleren
skip-no-pin-yet = de sleutel heeft nog geen pincode
skip-always-verifies = de sleutel vraagt altijd om controle
skip-unchecked = ondertekend, met een algoritme dat hier niet wordt gecontroleerd
skip-unlisted = de credential is niet vindbaar, en de sleutel somt er geen op
file-elsewhere = Het staat niet in de map met profielen.
file-too-large = Het is groter dan 1 MiB: is het het juiste bestand?
file-unreadable = Het is niet te lezen; het systeem meldt (Engels): “{ $reason }”
file-unread = Het is niet te lezen. { $why }
file-lines = Er klopt iets niet in regel { $lines }: "keydesk batch run --dry-run" (met de kiosk afgesloten) zegt wat.
remark-bad-profile = Dit profiel is niet te gebruiken: bekijk het in de lijst van profielen.
remark-bad-list = Lijst, regel { $lines }: "keydesk batch run --dry-run" (zonder kiosk) zegt meer.
remark-bad-list-file = Lijst onbruikbaar: "keydesk batch run --dry-run" (zonder kiosk) zegt meer.
remark-bad-plan = Deze batch kan niet beginnen.
remark-bad-statement = Een verklaring is één regel van ten hoogste 120 tekens.
remark-plan-no-people = Dit profiel geeft uit aan de mensen op een lijst: kies er een.
remark-plan-nobody = Dit profiel geeft aan niemand uit: neem een ander profiel, of geen lijst.
remark-plan-not-identified = Niets zegt hoe iemand op de lijst is geïdentificeerd: schrijf het in de lijst (kolom identified_by), of zeg het voor de hele batch.
remark-plan-keys = Een batch heeft minstens één sleutel, en niet meer dan er mensen op de lijst staan.
refused-challenge = Het aanbod van het register was verlopen voordat dit kwam.
refused-challenge-next = Begin opnieuw: er wordt een nieuw opgehaald.
refused-used = Dit aanbod is al gebruikt.
refused-used-next = Begin opnieuw.
refused-enrolled-since = Aan de persoon is intussen een sleutel uitgegeven, misschien deze.
refused-enrolled-since-next = Kijk op hun pagina, en test dan deze sleutel of neem een andere.
refused-key-taken = Naar zijn serienummer is deze sleutel van iemand anders.
refused-key-taken-next = Neem een andere sleutel.
refused-gone = Deze credential is weg: de sleutel is gereset, of hij is ingetrokken.
refused-gone-next = Neem een andere factor van deze persoon, of geef een nieuwe sleutel uit.
refused-unknown = Het register kent deze credential niet bij deze persoon.
refused-unknown-next = Neem de sleutel die is uitgegeven.
refused-exists = Het register heeft deze credential al.
refused-exists-next = Er is niets gewist. Stuur het opnieuw, of trek het in zonder de sleutel.
refused-factor-exists = Het register heeft deze factor al.
refused-factor-exists-next = Er is niets opgegeven. Stuur de melding opnieuw.
refused-seal = Een geheim was niet voor het register te verzegelen, of gaat daar niet open.
refused-seal-next = Meld u opnieuw aan en begin opnieuw. Gebeurt het nog eens, vraag dan de beheerder van het register.
refused-operator = De toegang van de medewerker die dit deed, is beëindigd.
refused-operator-next = Een ander die dit mag, begint opnieuw onder de eigen naam. De beheerder van het register weet meer.
refused-unbound = Niets laat zien in wiens sessie dit is vastgelegd.
refused-unbound-next = Wie het deed meldt zich aan en verstuurt het opnieuw; geef het anders op, en doe het opnieuw.
refused-altered = Dit is niet wat er is vastgelegd, of iemand anders heeft het vastgelegd.
refused-altered-next = Geef het op, en vraag de beheerder van het register: misschien heeft iemand het journaal van het station veranderd.
refused-authority = Bij dit bezoek moet meer worden getoond voordat dat gebeurt.
refused-authority-next = Om een factor toe te voegen: identificeer de persoon opnieuw, het scherm zegt wat er nodig is. Wat iemands account opent, gaat pas van de sleutel als die persoon hier een eigen factor heeft bewezen, of als de sleutel als kwijt is gemeld.
refused-visit = Het bezoek is afgelopen, of van een andere medewerker.
refused-visit-next = Identificeer de persoon opnieuw. Is het account in dat bezoek gereset en nog niets uitgegeven, dan gaat wie dat deed er eerst mee verder (v op de pagina).
refused-method = Het register kent deze manier van identificeren niet.
refused-method-next = Meld opnieuw aan, en kies een van de manieren die het kent.
refused-not-called = Deze persoon kan niet, of nog niet, teruggebeld worden.
refused-not-called-next = Een nummer telt een week nadat het is vastgelegd. Zonder nummer staat een andere beheerder van de organisatie voor deze persoon in, of komt die naar een balie.
refused-otherwise = De persoon is hiervoor anders geïdentificeerd.
refused-otherwise-next = Bij één zaak hoort één identificatie. Begin opnieuw, met het document dat bij de aanvraag werd getoond.
refused-last = Het is alles wat deze persoon heeft.
refused-last-next = Geef eerst een andere factor uit. De laatste wegnemen is een reset.
refused-code = De code klopt niet voor deze factor.
refused-code-next = Kijk naar de klok van de telefoon (automatisch instellen), en typ dan de volgende code.
refused-guessed = Binnen een uur waren te veel codes die u liet controleren fout.
refused-guessed-next = Een andere medewerker kan met deze persoon verder; u weer zodra het uur om is. De beheerder van het register heeft een melding gekregen.
refused-attempts = Binnen een uur waren er bij u te veel foute codes hiervan.
refused-attempts-next = Een andere medewerker kan meteen verder met deze persoon; u zodra het uur om is. Of bewijs een andere factor.
refused-guessed-out = Honderd codes hiervan op rij waren fout: hij is voorgoed geschorst.
refused-guessed-out-next = Er komt een andere factor voor in de plaats: kijk op de pagina.
refused-token = Zo'n token is niet op voorraad, of iemand heeft het.
refused-token-next = Vergelijk het serienummer met dat op het token.
refused-not-allowed = Het register laat dit account dat niet doen.
refused-not-allowed-next = Het is aan iemand anders, of aan een andere rol; een ander account van u is geen ander mens.
refused-not-identified = Hiervoor is niemand geïdentificeerd, of te lang geleden.
refused-not-identified-next = Identificeer de persoon opnieuw.
refused-not-waiting = Er wacht niets met die naam op deze persoon.
refused-not-waiting-next = Kijk nog eens op de pagina.
refused-act = Wat ondertekend zou worden, of is, klopt niet meer.
refused-act-next = Kijk op de pagina van de persoon en begin opnieuw.
refused-reset-open = Er loopt al een reset van dit account.
refused-reset-open-next = Die wordt eerst uitgevoerd, ingetrokken of geweigerd.
refused-reset-over = Met de reset, zoals die er nu voor staat, kan dit niet.
refused-reset-over-next = Vraag alleen opnieuw als die geëindigd is en nog nodig is.
refused-reset-fallen = Niemand kan deze reset nog uitvoeren: wie hem vroeg of vrijgaf, mag dat niet meer, of is sindsdien gewijzigd.
refused-reset-fallen-next = Een andere medewerker helpt niet. Hij eindigt als zijn tijd voorbij is, of als een medewerker hem weigert (F11). Daarna wordt hij opnieuw gevraagd, door wie dat nu mag.
refused-reset-limit = Er zijn binnen een dag te veel resets van dit account gevraagd.
refused-reset-limit-next = Wacht tot de eerste een dag oud is; de beheerder van het register kan dat opheffen.
refused-stock = Het voorraadregister neemt het niet aan.
refused-stock-next = De regel hierboven zegt waarom, en wat eerst moet.
refused-stock-moved = Er is intussen iets anders met het stuk gedaan.
refused-stock-moved-next = Kijk opnieuw naar het stuk. Wat hier gedaan is wordt in de uitbak opgegeven, en opnieuw gedaan als het nog klopt.
refused-identifier = Een ander stuk heeft of had dat label of serienummer.
refused-identifier-next = Zoek dat stuk op. Een label is voor altijd van één stuk: neem het volgende.
refused-name = De getypte achternaam is niet die van de persoon.
refused-name-next = Lees de aanvraag nog eens.
refused-counter = De teller van handtekeningen van de sleutel is lager dan een eerdere.
refused-counter-next = Dat komt door een laat bewijs, of door een gekopieerde sleutel: test eerst de sleutel nog eens.
refused-factor = De persoon heeft zo'n factor niet meer.
refused-factor-next = Kijk op hun pagina.
refused-key = Het register neemt sleutels van deze soort niet aan.
refused-key-next = Neem een ander model.
refused-offers = Er staan hier al zo veel aanbiedingen van het register open als mag.
refused-offers-next = Wacht een paar minuten en doe hetzelfde nog eens.
unmet-no-apps = Het kent geen authenticator-apps: zijn versie is ouder dan die van dit station.
unmet-no-factor = { $person } heeft zo'n factor niet: kijk op hun pagina.
unmet-suspended = { $factor } van { $person } is geschorst. Was hij alleen kwijt, dan heft de eigenaar dat binnen 30 dagen op door hem te tonen: f op hun pagina, of "keydesk factor resume".
unmet-no-visit = U hebt bij dit station geen open bezoek van { $person }: er is niets om te beëindigen.
unmet-nobody-releases = Geen ander account van Klantenservice mag dit vrijgeven: elk moet van een eigen mens zijn, en 7 dagen onveranderd. De beheerder van het register kan een plaatsvervanger aanwijzen.
unmet-app-held = Het register heeft deze app van { $person }: hij werkt.
unmet-nothing-open = Er staat geen reset open waar { $person } om kan vragen of bezwaar tegen kan maken.
unmet-opens-still = { $person } heeft een factor die het account opent: die wordt aangetoond, en een reset is niet nodig. Een die kwijt is, wordt eerst geschorst.
unmet-nothing-forgotten = { $person } heeft elders geen geldige sleutel, dus er valt niets uit te lenen. Wie nooit iets had, krijgt een gewone uitgifte; wie alles kwijt is, wordt zo geholpen.
unmet-nobody-stands-by = Niemand anders mag voor deze uitleen instaan: dat vraagt een account van een ander mens, 7 dagen onveranderd en niet van dezelfde organisatie, of een beheerder van de organisatie met een eigen sleutel.
unmet-needs-no-reset = { $person } heeft geen reset nodig: geef nu uit.
unmet-own-make = U hebt hem gemaakt: een ander mens dan de maker geeft hem aan { $person }. Die ontvangt { $person } aan het eigen station, of meldt zich hier aan, en drukt op w op deze pagina (zonder kiosk: "keydesk visit pass").
unmet-began-without = { $person } had niets om zich mee te bewijzen toen dit bezoek begon: beëindig het (e op hun pagina) en begin een nieuw, waarin wordt getoond wat er nu is.
unmet-lost-access = { $person } kan niets bewijzen: deze sleutel verifieert niemand (de pincode is geblokkeerd, er is geen pincode, of de sleutel is niet hier) en niets anders opent het account. Meld de sleutel kwijt (l op hun pagina, keydesk factor suspend): dan wordt hij gereset als elke gevonden sleutel, en helpt als bij verlies: { $may }.
unmet-not-waiting = Er wacht niets met die naam op { $person }.
unmet-reset-over = Deze reset van { $person } is voorbij, of een andere: F11 en de pagina zeggen hoe die eindigde. Vanaf hier is niets verwijderd.
unmet-document = Een schorsing wordt opgeheven voor de eigenaar, die aan de balie staat en een document toont.
unmet-nothing-to-sign = Het register noemt geen credential die moet ondertekenen.
unmet-gone = Deze factor van { $person } is al weg: er valt niets te schorsen.
unmet-suspended-for-good = Deze factor van { $person } opent al niets meer, voorgoed: er valt niets te schorsen.
unmet-no-key = { $person } heeft geen uitgegeven sleutel: geef er eerst een uit.
unmet-not-suspended = { $person } heeft geen geschorste factor van die naam: kijk op hun pagina.

returned-same-big = DEZELFDE
returned-changed-big = VERANDERD
returned-another-big = EEN ANDERE
returned-unsure-big = ONZEKER
returned-same-signed = Dit is de sleutel die wegging: hij tekende zojuist met wat erop gemaakt is. Niets van wat hij over zichzelf zegt is veranderd.
returned-same-shown = Dit is de sleutel die wegging: hij toont wat erop gemaakt is. Niets van wat hij over zichzelf zegt is veranderd. Test hem met de eigenaar voordat erop vertrouwd wordt.
returned-changed-signed = Dit is de sleutel die wegging: hij tekende zojuist met wat erop gemaakt is. Dit is niet zoals het was:
returned-changed-shown = Hij toont wat gemaakt is op de sleutel die wegging. Dit is niet zoals het was:
returned-another = Dit is niet de sleutel die wegging: wat hij over zichzelf zegt is van een andere sleutel. Laat die geschorst, en vraag waar deze vandaan komt.
returned-another-of = Dit is de sleutel van { $person }. Geef hem aan niemand anders.
returned-unknown = Van een sleutel die dit kan zijn is niets bekend. Zou hij van iemand zijn, vergelijk hem dan vanaf diens pagina; behandel hem anders als een nieuwe.
returned-emptied = Hij noemt hetzelfde nummer als de sleutel die wegging, en toont niets van wat daarop gemaakt is: hij is gereset, is een andere sleutel met dat nummer, of verbergt het tot zijn pincode gegeven is. De eigenaar test hem met de pincode; lukt dat niet, reset hem dan en geef hem opnieuw uit.
returned-unmarked = Niets onderscheidt hem van andere van dit model, en hij toont niets van wat gemaakt is op de sleutel die wegging: hij is een andere, is gereset, of verbergt het tot zijn pincode gegeven is. De eigenaar test hem met de pincode; lukt dat niet, reset hem dan voordat hij gebruikt wordt.
returned-silent = Hij antwoordt op geen vraag naar wat hij bevat. De eigenaar test hem met de pincode: dan is het bekend.
returned-holds = Hij bevat de credential van { $person }.
returned-holds-suspended = Hij bevat de credential van { $person }, die geschorst is: de eigenaar kan dat laten opheffen, tenzij hij gestolen of verdacht was.
returned-holds-ended = Hij bevat de credential van { $person }, die beëindigd is en nooit meer iets opent: reset de sleutel voordat hij gebruikt wordt.
returned-hidden = Hij toont de credential van { $person } niet: die is er niet meer op, of verborgen tot zijn pincode gegeven is.
returned-untold = Of hij de credential van { $person } bevat is zonder zijn pincode niet te zeggen.
returned-pin-untold = Of zijn pincode nog dezelfde is, is zonder die pincode niet te zeggen: de eigenaar probeert het.
returned-no-registry = Het register is niet bereikbaar: hij is alleen vergeleken met wat dit station weet.
changed-reset = Hij heeft geen pincode: hij is gereset, en alles wat erop stond is weg.
changed-gone = De credential van { $person } is er niet meer op: daarmee meldt niemand zich meer aan. Verwijder hem op de pagina van deze persoon, of geef de sleutel opnieuw uit.
changed-model = Model: het was { $from }, en is { $to }.
changed-serial = Serienummer: het was { $from }, en is { $to }.
changed-firmware = Firmware: het was { $from }, en is { $to }.
changed-pin-blocked = Zijn pincode is geblokkeerd: iemand probeerde het te vaak. Alleen een reset helpt.
changed-pin-expired = Zijn pincode moet gewijzigd worden voordat hij iets opent.
changed-pin-length = Minste lengte van zijn pincode: het was { $from }, en is { $to }.
changed-always-uv = Hij vraagt nu altijd om zijn pincode of een vinger.
changed-not-always-uv = Hij vraagt niet meer altijd om zijn pincode of een vinger.
changed-fingers = Er zijn vingerafdrukken op gezet: van wie is niet bekend. Alleen een reset verwijdert ze zeker.
changed-no-fingers = Hij heeft geen vingerafdrukken meer.
changed-transports = Bereikbaar via: het was { $from }, en is { $to }.
changed-extensions = Wat hij kan is anders: { $names }.

## Mail

mail-own-account = uw { $platform }-account
mail-account-of = het { $platform }-account van { $name }
mail-own-service-account = uw account van Klantenservice
mail-service-account-of = het account van Klantenservice van { $name }
mail-greeting = Beste { $name },
mail-added-subject = { $sort ->
    [app] Er is een app of token toegevoegd aan { $account }
   *[key] Er is een beveiligingssleutel toegevoegd aan { $account }
}
mail-added = { $sort ->
    [app] Er is een app of token die codes maakt toegevoegd aan { $account }. Voortaan geven die codes toegang.
   *[key] Er is een beveiligingssleutel toegevoegd aan { $account }. Voortaan geeft die sleutel toegang.
}
mail-waiting-subject = { $sort ->
    [app] Er is een app of token gemaakt voor { $account }
   *[key] Er is een beveiligingssleutel gemaakt voor { $account }
}
mail-waiting = { $sort ->
    [app] Er is een app of token die codes maakt gemaakt voor { $account }.
   *[key] Er is een beveiligingssleutel gemaakt voor { $account }.
} { $own ->
    [yes] Die geeft nergens toegang toe voordat u hem aan een balie in ontvangst neemt.
   *[no] Die geeft nergens toegang toe voordat de eigenaar hem aan een balie in ontvangst neemt.
}
mail-accepted-subject = { $sort ->
    [app] Een app of token voor { $account } is in ontvangst genomen
   *[key] Een beveiligingssleutel voor { $account } is in ontvangst genomen
}
mail-accepted = { $sort ->
    [app] Er lag een app of token die codes maakt klaar voor { $account }, en die is aan een balie in ontvangst genomen. Voortaan geven die codes toegang.
   *[key] Er lag een beveiligingssleutel klaar voor { $account }, en die is aan een balie in ontvangst genomen. Voortaan geeft die sleutel toegang.
}
mail-ended-subject = { $sort ->
    [app] Een app of token geeft geen toegang meer tot { $account }
   *[key] Een beveiligingssleutel geeft geen toegang meer tot { $account }
}
mail-ended = { $sort ->
    [app] Een app of token die codes maakt geeft geen toegang meer tot { $account }: { $why }.
   *[key] Een beveiligingssleutel geeft geen toegang meer tot { $account }: { $why }.
}
mail-ended-reset = de sleutel is aan een balie gereset, en dat verwijdert alles wat erop stond
mail-ended-deleted = dat is aan een balie van de sleutel verwijderd
mail-ended-withdrawn = de uitgifte is aan een balie teruggenomen
mail-ended-removed = { $own ->
    [yes] u hebt er afstand van gedaan
   *[no] de eigenaar heeft er afstand van gedaan
}
mail-ended-replaced = er is een andere voor in de plaats gekomen
mail-ended-account-reset = het account is gereset
mail-ended-somehow = dat is beëindigd
mail-suspended-subject = { $sort ->
    [app] Een app of token van { $account } is geschorst
   *[key] Een beveiligingssleutel van { $account } is geschorst
}
mail-suspended = { $sort ->
    [app] Een app of token van { $account } is aan een balie gemeld, en geeft sindsdien geen toegang.
   *[key] Een beveiligingssleutel van { $account } is aan een balie gemeld, en geeft sindsdien geen toegang.
}
mail-suspended-lost = Hij is kwijt. { $own ->
    [yes] Vindt u hem terug, laat hem dan aan een balie zien, en hij geeft weer toegang.
   *[no] Duikt hij weer op, dan kan de eigenaar hem aan een balie laten zien, en hij geeft weer toegang.
} Na { $until } kan dat niet meer, en wordt hij verwijderd.
mail-suspended-stolen = Hij is gestolen. Hij geeft nooit meer toegang.
mail-suspended-loan-over = De uitleen van een beveiligingssleutel is voorbij, en de sleutel geeft sindsdien geen toegang. Breng hem terug naar de balie; uw eigen sleutel is zoals hij was.
mail-suspended-lent = Hij was uitgeleend, en is kwijt. Hij opent het account nooit meer; { $own ->
    [yes] uw eigen sleutel
   *[no] hun eigen sleutel
} is zoals hij was.
mail-suspended-suspected = Misschien heeft iemand anders hem gebruikt. Hij geeft nooit meer toegang.
mail-lent-subject = Er is een beveiligingssleutel uitgeleend voor { $account }
mail-lent = { $own ->
    [yes] Aan een balie is u een beveiligingssleutel geleend, omdat u zei dat de uwe elders lag. Hij geeft toegang tot { $account } tot { $until }, en eindigt dan vanzelf. Uw eigen sleutel blijft zoals hij is: gebruik die zodra u hem weer hebt, en breng de andere terug.
   *[no] Aan een balie is een beveiligingssleutel uitgeleend, aan iemand die zei dat de eigen sleutel elders lag. Hij geeft toegang tot { $account } tot { $until }, en eindigt dan vanzelf. De eigen sleutel blijft zoals hij is.
}
mail-lent-again = Het is niet de eerste de laatste tijd: binnen een maand werden er voor in totaal { $days } werkdagen andere uitgeleend.
mail-loan-ends-subject = De uitleen van een beveiligingssleutel voor { $account } eindigt binnenkort
mail-loan-ends = { $own ->
    [yes] De beveiligingssleutel die u geleend is eindigt op { $until }, en niets anders geeft inmiddels toegang tot { $account }. Kom voor die tijd met uw legitimatie naar een balie, en vraag een beheerder van uw organisatie om een andere sleutel.
   *[no] De beveiligingssleutel die uitgeleend is eindigt op { $until }, en niets anders geeft inmiddels toegang tot { $account }. Wie het account heeft, heeft voor die tijd een andere sleutel nodig, waar een beheerder van de organisatie om vraagt.
}
mail-second = Met de handtekening van: { $value }
mail-lifted-subject = { $sort ->
    [app] Een app of token geeft weer toegang tot { $account }
   *[key] Een beveiligingssleutel geeft weer toegang tot { $account }
}
mail-lifted = { $sort ->
    [app] Een geschorste app of token van { $account } is aan een balie getoond, en geeft weer toegang.
   *[key] Een geschorste beveiligingssleutel van { $account } is aan een balie getoond, en geeft weer toegang.
}
mail-removed-subject = { $sort ->
    [app] Een geschorste app of token is verwijderd van { $account }
   *[key] Een geschorste beveiligingssleutel is verwijderd van { $account }
}
mail-removed = { $sort ->
    [app] Een geschorste app of token is verwijderd van { $account }, en geeft nooit meer toegang.
   *[key] Een geschorste beveiligingssleutel is verwijderd van { $account }, en geeft nooit meer toegang.
}
mail-reset-prepared-subject = Een reset van { $account } wacht op een beheerder
mail-reset-prepared = Aan een balie zei iemand dat niets meer toegang geeft tot { $account }. Een beheerder van de organisatie kan om een reset vragen, en die verwijdert elke sleutel, app en token die er toegang toe geeft. Zonder dat wordt er niets verwijderd.
mail-reset-vouched-subject = Iemand stond in voor de eigenaar van { $account }
mail-reset-vouched = Een beheerder verklaarde, met de eigen sleutel, dat de eigenaar van { $account } alles kwijt is wat er toegang toe geeft. Daarmee kan een reset worden aangevraagd, na identificatie op nog een manier. Een beheerder van de organisatie kan het terugnemen op de pagina van de eigenaar.
mail-reset-asked-subject = Er is gevraagd om een reset van { $account }
mail-reset-asked = Er is gevraagd om een reset van { $account }. Die verwijdert elke sleutel, app en token die er toegang toe geeft. De reset is nog niet uitgevoerd.
mail-reset-released-subject = Een reset van { $account } is vrijgegeven
mail-reset-released = Een tweede medewerker van Klantenservice heeft een reset van { $account } vrijgegeven. Die verwijdert elke sleutel, app en token die er toegang toe geeft, en kan van nu af worden uitgevoerd.
mail-reset-released-away = Een tweede medewerker van Klantenservice heeft een reset van { $account } vrijgegeven. Die verwijdert elke sleutel, app en token die er toegang toe geeft. Voor het tijdstip hieronder wordt de reset niet uitgevoerd; tot die uitgevoerd is, is hij tegen te houden.
mail-reset-done-subject = De reset van { $account } is uitgevoerd
mail-reset-done = Een reset van { $account } is uitgevoerd: elke sleutel, app en token die er toegang toe gaf, is verwijderd. Wat er voortaan toegang toe geeft, wordt aan dezelfde balie uitgegeven.
mail-reset-done-away = Een reset van { $account } is uitgevoerd: elke sleutel, app en token die er toegang toe gaf, is verwijderd. Niets geeft nu toegang. De eigenaar krijgt bij elke helpdesk iets nieuws, met een legitimatie, tot het tijdstip hieronder; daarna is een nieuwe reset nodig.
mail-reset-ended-subject = Een reset van { $account } gaat niet door
mail-reset-ended = Er was om een reset van { $account } gevraagd, en die gaat niet door: { $state }. Er is niets door verwijderd.
mail-exception-over-subject = Niets geeft nog toegang tot { $account }: de tijd na de reset is voorbij
mail-exception-over = Er is een reset uitgevoerd van { $account }: elke sleutel, app en token die er toegang toe gaf, is verwijderd. Er is niet op tijd aan een balie iets nieuws uitgegeven. Niets geeft toegang tot het account; er is een nieuwe reset nodig.
mail-ended-at-desk = Dat iemand kwam en bezwaar maakte, zegt een medewerker aan een balie.
mail-sign-on-page = Om erom te vragen meldt u zich op deze pagina aan met uw beveiligingssleutel of uw app, of gaat u met uw sleutel naar een helpdesk:
mail-sign-at-desk = Om erom te vragen gaat u met uw beveiligingssleutel naar een helpdesk.
mail-ended-restored = het register is uit een kopie teruggezet, en wat daarin openstond is geëindigd
mail-service-account-subject = Er is iets veranderd aan { $account }
mail-service-account = Er is iets veranderd aan { $account }: { $change }. Het geeft { $days } dagen lang geen reset vrij.
mail-change-made = het is aangemaakt
mail-change-code-issued = er is een code uitgegeven waarmee een andere sleutel erop kan aanmelden
mail-change-key-enrolled = een sleutel meldt er voortaan op aan
mail-change-keys-revoked = de sleutels zijn ingetrokken, en er is een code voor een andere uitgegeven
mail-change-human-said = er is gezegd van wie het is
mail-change-revoked = het is ingetrokken
mail-change-unknown = het is gewijzigd
mail-deputy-subject = Een plaatsvervanger geeft tijdelijk resets vrij
mail-deputy = De beheerder van het register laat { $account } tijdelijk resets vrijgeven in plaats van een tweede medewerker.
mail-resets-allowed-subject = Om resets van { $account } mag weer gevraagd worden
mail-resets-allowed = De beheerder van het register laat weer om resets van { $account } vragen, al waren het er veel binnen een dag.
mail-reached-subject = Berichten over { $account } gaan voortaan ergens anders heen
mail-reached = Een e-mailadres of telefoonnummer van { $account } is gewijzigd. Berichten gaan daar voortaan heen; een adres dat vervangen is, krijgt ze nog een week.
mail-what = Wat: { $value }
mail-serial = { $name }, serienummer { $serial }
mail-when = Wanneer: { $value }
mail-where = Waar: { $value }
mail-reason = Reden: { $value }
mail-prepared-by = Genoteerd door: { $value }
mail-vouched-by = Wie voor de eigenaar instaat: { $value }
mail-asked-by = Gevraagd door: { $value }
mail-released-by = Vrijgegeven door: { $value }
mail-ended-by = Beëindigd door: { $value }
mail-operator = Medewerker aan de balie: { $value }
mail-not-before = Niet voor: { $value }
mail-until = Tot: { $value }
mail-date = { $month ->
    [1] { $day } januari { $year }, { $time }
    [2] { $day } februari { $year }, { $time }
    [3] { $day } maart { $year }, { $time }
    [4] { $day } april { $year }, { $time }
    [5] { $day } mei { $year }, { $time }
    [6] { $day } juni { $year }, { $time }
    [7] { $day } juli { $year }, { $time }
    [8] { $day } augustus { $year }, { $time }
    [9] { $day } september { $year }, { $time }
    [10] { $day } oktober { $year }, { $time }
    [11] { $day } november { $year }, { $time }
   *[12] { $day } december { $year }, { $time }
}
mail-object-own = Hebt u hier niet zelf om gevraagd, houd het dan tegen: open deze pagina. Die vraagt niet om een wachtwoord of code.
mail-object-other = Weet u hier niet van, vraag het { $name } dan zelf, per telefoon of in levenden lijve. Is er niet om gevraagd, houd het dan tegen: open deze pagina. Die vraagt niet om een wachtwoord of code.
mail-object-call = Of bel { $contact }.
mail-call-own = Was u dat niet, of wilde u dat niet, bel dan meteen { $contact }.
mail-call-other = Weet u hier niet van, vraag het { $name } dan zelf, per telefoon of in levenden lijve. Klopt het niet, bel dan meteen { $contact }.
mail-call-service = Weet u hier niet van, vraag het dan meteen de beheerder van het register, per telefoon of in levenden lijve.
mail-help-desk = uw helpdesk
mail-never = Niemand van ons vraagt ooit om een wachtwoord, pincode of code, niet per mail en niet per telefoon.
mail-test-subject = Een proef van { $registry }
mail-test = Deze mail is verstuurd om te zien of mail van { $registry } aankomt. Dat is zo. U hoeft niets te doen.

## De opdrachtregel

cli-signed-in = aangemeld
cli-work-ended = onafgemaakt werk beëindigd
cli-withdrawn = ingetrokken voor { $name }: { $left }
cli-accepted-waits = { $accepted }; hij opent niets tot de eigenaar hem aan een balie aanneemt: `keydesk visit accept`
cli-result-queued = het register is niet bereikbaar; het resultaat wacht in de uitbak tot `keydesk outbox push`, of de volgende opdracht die het register bereikt, het verstuurt
cli-result-queued-factor = het register is niet bereikbaar; het opent niets tot `keydesk outbox push`, of de volgende opdracht die het register bereikt, het verstuurd heeft. Doe dat binnen een dag, en voor het bezoek of de sessie gesloten is: anders wacht het op de eigenaar aan een balie
cli-sent-first = uit de uitbak aangekomen: { $accepted }
cli-sent-first-refused = van wat in de uitbak wachtte, kwam { $accepted } aan en weigerde het register { $refused }: zie `keydesk outbox list`
cli-suspended-queued = { $name } van { $person } is gemeld ({ $why }). Hij opent NOG STEEDS, tot het register het hoort: `keydesk outbox push` verstuurt het, of de volgende opdracht die het register bereikt. Eerder gaat het niet.
cli-result-refused = maar het register weigerde het; zie `keydesk outbox list`. { $said }
cli-result-held = het register controleerde het en heeft het
cli-no-loan = zeg voor hoeveel werkdagen (--days), en wie ervoor instaat (--second, --administrator)
cli-pushed = { $code }: { $model } voor { $name }: { $standing }
cli-left-credential-deleted = zijn credential is van de sleutel gewist; de pincode blijft
cli-left-nothing = zijn credential staat niet meer op de sleutel
cli-left-credential = er blijft een credential op de sleutel die niets opent; dat is vastgelegd
cli-left-unknown = misschien staat er een credential op de sleutel die niets opent; dat is vastgelegd
cli-left-in-use = de sleutel blijft in gebruik
cli-left-reset = de sleutel is gereset; niets erop werkt nog
cli-left-may-be-reset = de sleutel is misschien gereset; dat is vastgelegd
cli-left-deleted = de credential is van de sleutel af
cli-left-may-be-deleted = de credential is misschien van de sleutel af; dat is vastgelegd
cli-left-cared = de wijziging aan de sleutel is vastgelegd
cli-left-on-phone = wis de regel op de telefoon: de codes ervan openen niets
cli-left-app-unknown = of de app is ingesteld, is niet bekend
cli-left-not-assigned = het token ligt nog in voorraad
cli-left-may-be-assigned = het register noemt het token misschien; dat is vastgelegd
cli-left-account-reset = het account is gereset: alles wat het opende, is gewist
cli-left-account-kept = vanaf deze balie is niets van het account gewist
cli-left-may-be-account-reset = het account is misschien gereset; dat is vastgelegd
cli-touch-now = raak de sleutel in poort { $slot } nu aan ({ $nth } van { $of })
cli-pulled = de sleutel is uitgetrokken: steek hem terug in poort { $slot } ({ $place })
cli-back = de sleutel is terug
cli-served-by = { $operator } helpt deze persoon ook, aan { $station }: dat bezoek eindigt nu
cli-prover = { $name } bewijst een eigen factor
cli-anew = wat nu in de poort zit, wordt van voren af aan gecontroleerd
cli-other-key = dat is een andere sleutel: nodig is de { $model } waar het werk over gaat
cli-step-key = sleutel: poort { $slot } ({ $place }), { $model }, firmware { $firmware }
cli-step-check = controle: { $finding }
cli-step-held = op de sleutel: { $count }
cli-step-confirmed = bevestigd
cli-step-reset = de sleutel zegt dat hij gereset is
cli-step-empty = de sleutel is leeg
cli-step-no-pin = pincode: geen op deze sleutel
cli-step-pin-set = pincode: gezet en gecontroleerd
cli-step-pin-changed = pincode: gewijzigd en gecontroleerd
cli-step-pin = pincode: gecontroleerd
cli-step-made = credential gemaakt
cli-step-left-to-registry = de sleutel tekende; het register controleert de handtekening
cli-step-test = de handtekening van de sleutel klopt
cli-step-record = in het journaal geschreven
cli-step-queued = register: niet bereikbaar, het resultaat wacht
cli-step-refused = register: geweigerd. { $said }
cli-step-accepted = register: aangenomen
cli-slot-line = poort { $slot }: { $line }
cli-not-stated = niet vermeld
cli-reset-done = { $model } in poort { $slot } is gereset en leeg: { $standing }
cli-reset-tell = zeg tegen { $name }: deze sleutel werkt niet meer voor hen; ze hebben een nieuwe uitgifte nodig
cli-reset-not-ended = niet beëindigd: de uitgifte aan { $name } op een sleutel met dit serienummer, die deze sleutel niet toonde
cli-report-known = het register weet het
cli-report-queued = het register is niet bereikbaar; de melding wacht in de uitbak tot `keydesk outbox push`, of de volgende opdracht die het register bereikt, haar verstuurt
cli-report-refused = maar het register weigerde de melding; zie `keydesk outbox list`. { $said }
cli-loses = verloren: de uitgifte aan { $name } ({ $kind }, { $organisation }) bij { $rp }, van { $at }
cli-loses-unsure = niet zeker: de uitgifte aan { $name } van { $at } staat op een sleutel met dit serienummer, en deze toont haar niet: zij wordt niet beëindigd; laat die sleutel testen, of reset de MFA van deze persoon
cli-account-unnamed = een account zonder naam
cli-loses-other = verloren: { $account } bij { $rp }
cli-loses-silent = niet zeker: de sleutel zegt niet wat erop staat, dus er kan iemand op staan die hier niet genoemd is
cli-loses-nobody = voor zover station en register weten is deze sleutel aan niemand uitgegeven
cli-loses-besides = ook verloren: wat er verder op de sleutel staat, zijn pincode en zijn vingerafdrukken
cli-coach-pull = trek de sleutel nu uit poort { $slot }
cli-again-too-late = de sleutel vond het te laat na het insteken
cli-again-untouched = niemand raakte de sleutel op tijd aan
cli-again-pulled = de sleutel is uitgetrokken voordat hij gereset was
cli-again-other-key = dat is een andere sleutel
cli-coach-again = { $why }; er is niets veranderd: trek de sleutel nog eens uit poort { $slot }
cli-coach-put-back = steek hem terug in poort { $slot }; hij laat zich dan { $window_s } s lang resetten
cli-coach-touch = raak de sleutel in poort { $slot } nu aan
cli-coach-hold = raak de sleutel in poort { $slot } nu aan en houd vast tot hij antwoordt: { $hold_s } s, bij oudere firmware tot { $most }
cli-whose-own = van de medewerker van de balie zelf
cli-whose-unknown = iemand in het register
cli-room = , plaats voor nog { $free }
cli-credentials = { $count } op de sleutel{ $room }
cli-fingerprints = { $count } vingerafdruk(ken) op de sleutel
cli-result-checked = het register controleerde het
cli-signed-for = { $model } tekende voor { $person }: { $standing }
cli-check-nothing = controle: niets bijzonders
cli-check = controle: { $finding }
cli-test-make = maakt een credential
cli-test-verified = tekent, met de persoon gecontroleerd
cli-test-touched = tekent met een aanraking
cli-test-exclude = weigert een tweede credential
cli-test-clean = laat niets achter
cli-finger = leg de vinger op de sleutel in poort { $slot }
cli-finger-again = { $what }; til hem op en leg hem weer neer, nog { $more }
cli-enrolment-ended = een uitgifte is beëindigd: { $standing }; zeg tegen wie haar kwijt is dat er een nieuwe nodig is
cli-test-slow = { $step }: { $result } (traag)
cli-one-descriptor = --pin-fd en --code-fd noemen dezelfde descriptor: geef elk een eigen
cli-unidentified = dit gaat over de sleutel van { $name }: zeg met --identified-by hoe wie aan de balie staat, is geïdentificeerd
cli-case-open = { $fault }: geef --reason, --ticket en --requested-by
cli-loss-reset = alles op de sleutel zou verloren gaan
cli-loss-deletion = deze uitgifte zou eindigen
cli-confirm-wrong = --confirm noemt niet wat verloren gaat: het moet { $word } zijn; er is niets gedaan
cli-confirm-missing = { $lost }: bevestig met --confirm { $word }; er is niets gedaan
cli-no-such-key-after = na { $wait } s is er geen sleutel { $name } ingestoken: zie `keydesk key list`
cli-no-key-after = na { $wait } s is er geen sleutel ingestoken: steek er een in
cli-which-proof-key = eerst bewijst een sleutel iets: noem hem met --proof-key; zijn pincode is dan de eerste regel, die van de nieuwe sleutel de tweede
cli-last-attempt-person = er is nog één poging voordat de sleutel zijn pincode blokkeert: niet geprobeerd vanaf een descriptor; laat de persoon hem aan de kiosk typen, of zonder --pin-fd
cli-pin-of-prover = pincode van de sleutel die bewijst
cli-pin-of-key = pincode van de sleutel
cli-pin-attempts = { $whose } (nog { $left } pogingen)
cli-proof-key-pin = de sleutel die bewijst ({ $model }) wil eerst een andere pincode: `keydesk key pin change`
cli-new-pin = nieuwe pincode van de sleutel
cli-same-pin = dezelfde pincode nog eens
cli-pins-differ = de twee pincodes verschillen: er is niets geschreven, begin opnieuw
cli-random-pin-where = een willekeurige pincode gaat naar --new-pin-to-fd of --letter: geef een van beide
cli-slot-key = poort { $slot } ({ $place }, { $model })
cli-and = en
cli-batch-out = doet niet mee: { $why }
cli-slot-place = poort { $slot } ({ $place })
cli-for-person = voor { $person }
cli-nothing-to-do = niets aan te raken of te typen
cli-budget-whole = { $each } per stuk; { $keys } sleutel(s): { $whole }
cli-budget-each = { $each } per stuk
cli-batch-queued = { $far }; sommige resultaten wachten in de uitbak: `keydesk outbox push` verstuurt ze
cli-batch-paused = { $far }; voorlopig gestopt: ga verder met `keydesk batch run --resume { $id }`
cli-batch-abandoned = { $far }; er gebeurde te lang niets: ga verder met `keydesk batch run --resume { $id }`
cli-batch-unfinished = { $detail }; { $n } stuk(s) onafgemaakt werk: zie `keydesk unfinished list`
cli-batch-over-since = voorbij sinds { $at }
cli-batches = { $count } batch(es)
cli-batch-over = batch { $id } is voorbij: { $far }
cli-no-such-batch = { $id } is geen batch van dit station: zie `keydesk batch list`
cli-batch-forecast = { $taking } van { $keys } ingestoken sleutel(s) zouden meedoen; er is niets veranderd
cli-would-be-lost = zou verloren gaan: { $taken }
cli-budget-touches = { $count ->
    [one] 1 aanraking
   *[other] { $count } aanrakingen
}
cli-budget-pins = { $count ->
    [one] 1 pincode
   *[other] { $count } pincodes
}
cli-budget-tags = { $count ->
    [one] 1 label
   *[other] { $count } labels
}
cli-budget-replugs = { $count ->
    [one] 1 keer uit en in
   *[other] { $count } keer uit en in
}
cli-slot-prompt = poort { $slot }: { $what }
cli-slot-again = poort { $slot }: nog eens hetzelfde
cli-pins-differ-pull = de twee pincodes verschillen: er is niets geschreven; trek de sleutel uit en steek hem terug
cli-takes-part = { $model } doet mee
cli-key-stopped = gestopt: { $why } Trek hem uit en steek hem terug om het nog eens te proberen, of steek een andere in.
cli-last-attempt = er is nog één poging voordat de sleutel zijn pincode blokkeert: niet geprobeerd vanaf een descriptor
cli-no-letters = een willekeurige pincode gaat in een brief: noem een map met --letters DIR
cli-pin-in = pincode in { $file }
cli-slot-tag = poort { $slot }: label
cli-a-tag = een label
cli-too-few-tags = het bestand met labels heeft geen regel meer: schrijf er een voor elke sleutel
cli-key-left = uit de batch: haal hem eruit
cli-no-such-work = { $intent } is geen onafgemaakt werk: zie `keydesk unfinished list`
cli-signed-in-as = aangemeld: { $name } ({ $role })
cli-signed-out = afgemeld
cli-only-queued = { $entry } wacht alleen: `keydesk outbox push` verstuurt hem
cli-no-such-entry = { $entry } staat niet in de uitbak: zie `keydesk outbox list`
cli-entry-withdrawn = ingetrokken
cli-entry-accepted = aangenomen
cli-entry-waiting = wacht
cli-refused-again = weer geweigerd ({ $code }). { $said }
cli-round = { $accepted } aangenomen, { $waiting } wachten, { $conflicts } in conflict
cli-waiting = { $count } wachten
cli-entry-queued = in de rij
cli-entry-conflict = conflict ({ $code }). { $said }
cli-nothing-unfinished = niets onafgemaakt
cli-unfinished = { $n } onafgemaakt: steek de sleutel in, of houd de telefoon bij de hand, en doe `keydesk unfinished resolve ID`
cli-work-about = { $model } in { $place }
cli-work-registry = register: { $said }
cli-sought-short = met één letter wordt niemand gezocht: geef er twee of meer
cli-no-ticket = het register is niet bereikbaar, en geen ticket is voor zo iemand
cli-found-in-tickets = { $n } gevonden in tickets: het register is niet bereikbaar
cli-nobody-found = niemand gevonden: probeer het e-mailadres of het nummer van de organisatie
cli-more-people = er zijn er meer: geef meer van de naam, of het e-mailadres
cli-found = { $n } gevonden
cli-all-lost = , alles kwijt
cli-suspended-too = , { $n } geschorst
cli-tickets = { $count } ticket(s) voor { $day }
cli-bad-day = { $day } is geen datum, niet `today` en geen bestand
cli-from-ticket = van een ticket
cli-person-keys = { $keys } sleutel(s){ $lost }
cli-no-such-serial = --key is het serienummer van geen sleutel of token van deze persoon: zie `keydesk totp list`
cli-only-graver = hij is al geschorst: --why mag alleen ernstiger zijn, { $words }
cli-which-factor = zeg met --factor, --credential of --key welke van deze: { $each }
cli-registry-holds = het register heeft het
cli-or = of
cli-visit-closed = het bezoek is gesloten
cli-visit-passed = { $to } gaat verder met het bezoek tot { $until }
cli-keys = { $count } ingestoken sleutel(s)
cli-several-keys = er zijn meer sleutels ingestoken: zeg met --key PLACE of --key SERIAL welke
cli-no-such-key = zo’n sleutel is niet ingestoken: zie `keydesk key list`
cli-joined = aangesloten bij { $registry } als { $station }
cli-one-time-code = eenmalige code
cli-the-one-time-code = de eenmalige code
cli-no-reason = --reason zegt waarom erom gevraagd wordt
cli-no-releaser = --by zegt welke medewerker er is
cli-no-reset = noem de reset: `keydesk reset list` toont ze
cli-no-last-name = --last-name zegt van wie het account is
cli-name-differs = --last-name is niet die van de persoon van wie het account is ({ $person }): er is niets vrijgegeven
cli-resets = { $open } wachten, van { $shown } getoond
cli-reset-is = de reset is { $state }
cli-until = tot { $until }
cli-person-factors = { $name }: { $apps } app(s) of token(s), { $keys } sleutel(s){ $lost }
cli-token = token { $serial }
cli-removed-at = verwijderd { $at }
cli-suspended-at = geschorst { $at } ({ $why })
cli-gone-at = weg { $at }
cli-enrolled-at = uitgegeven { $at } aan { $station }
cli-tested-at = getest { $at }
cli-tested-never = nooit getest
cli-key = sleutel { $serial }
cli-code-phone = de code op de telefoon
cli-no-code = binnen vijf minuten na het geheim kwam er geen juiste code
cli-code-of = de code van { $of }
cli-code-next = fout; de volgende code van { $of }
cli-which-administrator = alle factoren zijn kwijt: zeg met --administrator wie van hen aan de balie staat en een eigen factor bewijst: { $each }
cli-which-waiting = er wachten er meer: zeg met --factor of --credential welke: { $each }
cli-no-serial = --serial is geen serienummer
cli-no-qr = zeg met --qr waar de QR-code heen gaat: anders wordt er niets van een geheim afgedrukt
cli-code-wanted = { $prompt } is nodig: { $e }
cli-which-of = zeg met { $option } welke van deze: { $each }
cli-not-imported = { $path }: { $error }: er is niets ingelezen
cli-seeds-destroy = { $path } bevat hun geheimen nog: vernietig het en elke kopie ervan, bijvoorbeeld met `shred -u`
cli-seeds-lock = { $path } bevat hun geheimen nog: sluit het weg tot ze in voorraad zijn, en vernietig het dan met elke kopie ervan
cli-lots-refused = het register weigerde { $refused } van { $lots } partij(en); zie `keydesk outbox list`. { $said }
cli-in-stock = ze liggen in voorraad
cli-lots-queued = het register is niet bereikbaar; { $queued } van { $lots } partij(en) wachten in de uitbak: `keydesk outbox push` verstuurt ze
cli-not-hex = descriptor { $fd } bevat geen sleutel in hexadecimale cijfers
cli-expiring = { $count } ervan verlopen, de eerste op { $first }: niets beëindigt ze vanzelf; neem ze daarvoor terug
cli-sealed = { $count } token(s) verzegeld: { $standing }
cli-audit-whole = { $records } regels in { $segments } segment(en), keten heel; kop { $sequence } { $head }
cli-no-receipt = { $why }; een ontvangstbewijs is wat `keydesk registry acts --id N --out FILE` schrijft
cli-proves-nothing = { $file }: het bewijst niets: { $why }
cli-receipt-newer = hij heeft versie { $version }, en hier is { $known } bekend: werk Keydesk bij
cli-receipt-act = de akte erin is niet te gebruiken: { $fault }
cli-receipt-client-data = de clientgegevens zijn niet van een handtekening
cli-receipt-another = er is iets anders getekend dan de akte
cli-receipt-origin = hij is niet getekend voor de oorsprong die hij noemt
cli-receipt-time = hij zegt dat hij is aangenomen voordat erom gevraagd was
cli-receipt-algorithm = de sleutel van de ondertekenaar heeft een algoritme dat hier niet wordt gecontroleerd: alleen ES256 wel
cli-receipt-signed = getekend voor { $signer } met credential { $credential }, gevraagd op { $asked }, aangenomen op { $accepted }
cli-receipt-compare = van wie die sleutel is, en wanneer het werd aangenomen, zegt alleen het bestand: vergelijk de SHA-256 van de sleutel { $fingerprint } met wat het register heeft
cli-fd-unread = descriptor { $fd } is niet te lezen ({ $why }): open hem om te lezen, bijvoorbeeld met 3<FILE
cli-secret-empty = { $name } is leeg: daar hoort een pincode of code te staan
cli-secret-form = { $name } bevat geen korte regel UTF-8
cli-no-terminal = { $what } is nodig: noem een descriptor met { $option }, er is geen terminal om het op te vragen
cli-terminal-failed = de terminal ging mis: { $why }
cli-fd-line = regel { $line } van descriptor { $fd }
cli-the-terminal = de terminal
cli-the-pin = de pincode
cli-a-code = een code
cli-fd-unwritten = descriptor { $fd } is niet te schrijven ({ $why }): open hem om te schrijven, bijvoorbeeld met 4>FILE
cli-file-unwritten = { $path } is niet te schrijven: { $why }
cli-letter-remains = { $unwritten }; het is ook niet te verwijderen ({ $removing }): vernietig het, er kan een pincode in staan
cli-letter-characters = deze pincode kan niet in een brief: er staat meer in dan gewone letters en cijfers
cli-qr-too-long = de namen van het register zijn te lang voor een QR-code
cli-qr-unmade = de afbeelding is niet te maken: { $why }
cli-qr-unshown = de standaardfoutuitvoer is niet te schrijven: { $why }
cli-file-large = het is groter dan 1 MiB: is het het juiste bestand?
cli-several-named = { $name } is zowel { $keys }: zeg met --key PLACE welke

## De pagina's van het register

page-language = English
page-skip = Naar de inhoud
page-nav = Pagina's
page-sign-out = Afmelden
page-people = Mensen
page-to-start = Naar het begin
page-sign-in = Aanmelden
page-sign-in-for = Voor beheerders van een organisatie: zie wat uw mensen hebben, en vraag een reset van hun MFA aan.
page-by-key = Met uw beveiligingssleutel
page-by-key-how = Steek hem in. Uw browser vraagt om de pincode en daarna om een aanraking.
page-by-own-key = Met uw eigen sleutel, zoals op een station
page-use-key = Beveiligingssleutel gebruiken
page-key-waiting = Doe wat uw browser vraagt, en raak de sleutel aan.
page-key-failed = De sleutel gaf geen antwoord, of u bent gestopt. Er is niets verstuurd: probeer het opnieuw.
page-key-nothing = Er kwam niets van een sleutel. Steek hem in en probeer het opnieuw.
page-key-needs-script = Voor een sleutel is JavaScript in uw browser nodig. Al het andere op deze pagina's werkt zonder.
page-key-refused = Deze sleutel opent hier niets. Neem die waarmee u zich aanmeldt; hebt u geen andere, ga dan naar een helpdesk.
page-sign-in-late = De pagina stond te lang open. Probeer het nu opnieuw.
page-by-code = Met uw authenticator-app
page-by-code-how = Alleen als u geen beveiligingssleutel hebt. Typ uw e-mailadres en de code die de app voor { $platform } toont.
page-email = E-mailadres
page-code = Code
page-code-form = Een code heeft 6 tot 8 cijfers.
page-code-wrong = Deze code wordt niet aangenomen. Controleer het adres en wacht op de volgende code. Hebt u een beveiligingssleutel, meld u dan daarmee aan.
page-code-shut = Vijf codes op rij waren fout. Voor dit adres wordt geen code meer aangenomen totdat u bij een helpdesk bent geweest. Een beveiligingssleutel werkt nog wel.
page-code-many = Er kwamen te veel foute codes van waar u bent. Wacht een minuut.
page-not-an-administrator = U bent het, maar deze pagina's zijn voor beheerders van een organisatie. Vraag die van u, of ga naar een helpdesk.
page-to-agents = Voor medewerkers van Klantenservice
page-agents = Medewerkers
page-agents-for = Voor medewerkers van Klantenservice zonder station in de buurt: bekijk een aanvraag die wacht, geef die vrij of weiger die.
page-to-administrators = Voor beheerders van een organisatie
page-people-of = Mensen van { $organisation }
page-search = Naam, e-mailadres of nummer
page-search-go = Zoeken
page-nobody = Er is niemand gevonden.
page-paging = Meer mensen
page-previous = Vorige
page-next = Volgende
page-number = Pagina { $number }
page-kind = Soort
page-employee-number = Personeelsnummer
page-kind-employee = Werknemer
page-kind-user-administrator = Gebruikersbeheerder
page-kind-main-administrator = Hoofdbeheerder
page-kind-unaffiliated = Zonder organisatie
page-kind-representative = Gemachtigde
page-what-opens = Wat het account opent
page-nothing-opens = Niets: geen beveiligingssleutel en geen authenticator-app.
page-last-used = laatst gebruikt op
page-suspended = geschorst: { $why }
page-waits = wacht op de eigenaar
page-works = werkt
page-lent = uitgeleend tot
page-back-to-people = Terug naar de mensen
page-not-found = Deze pagina bestaat niet
page-not-found-next = Misschien klopt het adres niet, of gaat het over iets van iemand anders.
page-stale = Dit is niet aangenomen
page-stale-next = De pagina stond te lang open, of was al verstuurd. Ga terug naar het begin en open die opnieuw.
page-busy = Te veel tegelijk
page-busy-next = Wacht even en probeer het opnieuw. Er is niets veranderd.
page-failed = Dit is niet gelukt
page-failed-next = Er is niets veranderd. Probeer het opnieuw, of ga naar een helpdesk.
page-requests = Aanvragen
page-no-requests = Er is niets aangevraagd.
page-ask = Een reset aanvragen
page-ask-for = Een reset van de MFA van { $person } aanvragen
page-ask-means = Alles wat het account van { $person } opent wordt verwijderd zodra een helpdesk dit uitvoert, met de persoon erbij. Daarna krijgt die iets nieuws.
page-ask-why = Waarom?
page-ask-remark = Wat is er verder te weten? (mag leeg blijven)
page-ask-ticket = Zaaknummer (mag leeg blijven)
page-ask-on = Bekijk wat u ondertekent
page-ask-no-reason = Kies waarom.
page-ask-one-line = Elke tekst is één regel zonder onzichtbare tekens: ten hoogste { $most } tekens, en { $ticket } voor een zaaknummer.
page-not-for-oneself = Niemand vraagt een reset voor zichzelf aan. Dat doet een andere beheerder van uw organisatie.
page-for-others = Hier vraagt geen beheerder om. Het is voor: { $may }. Ga naar een helpdesk.
page-back-to = Terug: { $what }
page-state = Stand
page-state-prepared = wacht op uw ondertekening
page-state-asked = aangevraagd: aan een balie is het uit te voeren
page-reset-of = Reset van { $person }
page-asked-by = Aangevraagd door
page-prepared-by = Voorbereid door
page-released-by = Vrijgegeven door
page-by-their-key = ondertekend met de eigen sleutel
page-by-code-only = met een code, die niets ondertekent
page-not-before = Niet eerder dan
page-until = Tot
page-ended = Geëindigd
page-said-by = Gezegd door
page-refused-beside = { $desk }, die de reset had gevraagd: er is niets ondertekend
page-prepared-how = De persoon staat bij een helpdesk die die heeft herkend en op u wacht. Vraag alleen aan als u ervan weet: bel op een nummer dat u hebt.
page-withdraw = Intrekken
page-withdraw-how = U hebt dit aangevraagd. Trek het in als het niet meer nodig is.
page-object = Bezwaar maken
page-object-how = Klopt dit niet, maak dan bezwaar. Dan komt er niets van, en iedereen die het aangaat krijgt bericht.
page-sign-title = Lees, en onderteken dan
page-sign-bytes = Wat er wordt ondertekend, teken voor teken
page-sign-by-key = U ondertekent precies wat hierboven staat, met uw beveiligingssleutel.
page-sign-key-go = Ondertekenen met beveiligingssleutel
page-sign-by-code = Zonder sleutel is dit zwakker: het wacht een uur, alle beheerders van uw organisatie krijgen bericht, en ieder van hen mag bezwaar maken. Wacht op de volgende code van uw app.
page-sign-code-go = Aanvragen met deze code
page-sign-code-wrong = Deze code wordt niet aangenomen. Wacht op de volgende. Na vijf foute op rij wordt er geen meer aangenomen.
page-sign-other-key = Er is niets ondertekend: neem de sleutel waarmee u zich aanmeldt, en geef de pincode.
page-waiting = Aanvragen die wachten
page-facts = Wat het register weet
page-refuse = Weigeren
page-refuse-how = Om vrij te geven typt u de achternaam en kiest u Vrijgeven. Weigeren vraagt geen reden; Enter zonder dat er iets getypt is, leidt daarheen en vraagt het nog een keer.
page-release-look = Bekijk wat vrijgeven ondertekent
page-release-name = Achternaam van de persoon, om vrij te geven
page-release-go = Vrijgeven met uw sleutel
page-on = Verder
page-asked-at = Aangevraagd op
page-objection-title = Klopt dit?
page-objection-what = Iemand vroeg een reset aan van de MFA van { $person }: alles wat het account opent zou worden verwijderd.
page-objection-how = Klopt dit niet, maak dan bezwaar. Dan komt er niets van, en iedereen die het aangaat krijgt bericht. Klopt het wel, doe dan niets.
page-objection-else = Had u dit niet verwacht, zeg het dan ook tegen de beheerders van uw organisatie, of tegen een helpdesk.
page-objection-over = Er is niets om bezwaar tegen te maken
page-objection-over-next = Het is voorbij, of het adres is niet volledig. Neem het nog eens uit de mail. Maakt u zich zorgen, ga dan naar een helpdesk.
page-objected-title = Bezwaar
page-objected = Uw bezwaar is aangenomen: er komt niets van deze aanvraag.
page-objected-next = Zeg tegen de beheerders van uw organisatie, of tegen een helpdesk, wat u ervan weet.
page-malformed = Dit is niet te begrijpen
page-ask-title = Lees, en vraag dan aan
page-ask-head = { $signer } vraagt aan: alles wat dit account opent wordt verwijderd.
page-not-for-oneself-served = Niemand vraagt een reset voor zichzelf aan. Voor u doet Klantenservice dat: ga naar een helpdesk.
page-none-waits = Er wacht niets.
page-others = Andere
page-where = Waar
page-away = De persoon is niet aan een balie.
page-own-request = U hebt dit aangevraagd: een andere medewerker geeft het vrij. Trek het in als het niet meer nodig is.
page-refuse-title = Weigeren?
page-refuse-sure = Dan komt er van de reset van { $person } niets meer; die kan wel opnieuw worden aangevraagd. Een reden is niet nodig, en er wordt niets verwijderd.
page-over = Er is niets gedaan: het staat er intussen anders voor, zoals u hieronder ziet.
page-not-allowed = Dit is niet aan u
page-not-allowed-next = Wat u kunt doen, staat op uw eigen pagina's. Hoort dit wel bij u, vraag het Klantenservice of een helpdesk.
page-open-already = Er is niets nieuws aangevraagd: deze reset staat al open. Die wordt eerst uitgevoerd, ingetrokken of geweigerd.
page-needs-no-reset = { $person } had nog nooit iets wat het account opent: een reset is niet nodig. Die gaat met een document naar een helpdesk, en krijgt daar de eerste sleutel.
page-vouch-open = Er staat een reset van { $person } open: daarvoor hoeft niemand in te staan.
page-vouch-works = { $person } heeft iets wat het account opent: dat wordt aangetoond, en een reset is niet nodig. Is het kwijt, dan schorst een helpdesk of Klantenservice het eerst; daarna kunt u hier instaan.
page-state-vouched = ingestaan voor deze persoon: bel nu Klantenservice
page-nothing-left = Niets: alles wat het opende is kwijt, of verwijderd. Na een reset komt er iets nieuws.
page-objection-stopped = De reset van { $person } waar deze link over gaat, is gestopt: er is niets door verwijderd.
page-objection-done = De reset van { $person } waar deze link over gaat, is uitgevoerd: alles wat het account opende, is verwijderd.
page-objection-done-next = Klopte dat niet, ga dan meteen naar een helpdesk, of bel Klantenservice.
page-state-asked-waits = met een code aangevraagd: het wacht, en bezwaar is mogelijk; daarna is het aan een balie uit te voeren
page-state-objectable = vrijgegeven: het wacht, en bezwaar is mogelijk; daarna kan het worden uitgevoerd

# Niet aan een balie.
run-ask-away = RESET VRAGEN: NIET AAN DE BALIE
run-except-reset = RESET: NIET AAN DE BALIE
away-video-big = MET VIDEO
away-call-big = TERUGBELLEN
away-video-1 = Begin zelf het videogesprek, vanuit een account van deze organisatie. { $person } houdt het document naast het gezicht, kantelt het, en beweegt een hand voor het gezicht.
away-video-2 = Vergelijk gezicht en document, en naam en geboortedatum daarop met de pagina. Slecht beeld, een uitvlucht of een tweede stem: het is niet die persoon.
away-call-1 = Hang op, en bel { $number }: dat nummer staat al een week of langer op naam van { $person }. Neem geen ander.
away-call-2 = Zeg wie u bent en waarom u belt. { $person } moet zelf zeggen wat er gevraagd is, en dat alles weg mag.
away-never = Het nummer van de beller bewijst niets. Geen kennisvragen. Niets wat iemand reset, wordt voorgelezen, gemaild of opgeschreven.
away-refusal = Esc weigert, zonder reden. Tegen de persoon: “Zo kunnen we uw account niet resetten. Kom met uw document naar een balie.”
away-except-big = HOE LANG?
away-except-how = { $asked_by } vroeg, { $released_by } gaf vrij: alles wat het account van { $person } opent, wordt nu voorgoed verwijderd, en het blijft dicht tot die met een document aan een balie komt:
away-except-days = Voor hoeveel werkdagen (1 tot { $max })? { $owner } staat ervoor in:
away-except-wrong = Dat is geen getal van 1 tot { $max }.
away-looked-video = video, { $document }
away-looked-called = teruggebeld op het bekende nummer dat eindigt op { $digits }
away-looked = 1. { $first }; 2. { $second }
away-looked-by = { $how }, door { $by } aan { $station }, { $at }
away-excepted = Alles wat het account van { $name } opende, is verwijderd ({ $count }).
away-excepted-next = Het account is dicht. { $name } kan tot { $until } met een document naar elke balie komen, of daar een sleutel aannemen die vooraf is gemaakt; { $owner } staat ervoor in. Daarna is een nieuwe reset nodig.
away-asked-next = Een tweede medewerker geeft die binnen 4 uur vrij, aan welke balie ook (F11). De persoon kan dan bezwaar maken, meestal een dag; daarna voert u, of een ander dan wie vrijgaf, hem uit (F11). De persoon krijgt er bericht van.
away-released-next = De persoon kan tot { $from } bezwaar maken. Daarna voert wie vroeg, of een ander, hem uit (F11), tot { $until }; niet u.
key-ask-away = niet aan de balie
key-other-way = andere manier
key-it-is-them = het klopt
key-except = uitvoeren
person-choice-ask = v vraagt een reset van het account · n hetzelfde voor wie niet aan een balie is; een tweede medewerker geeft die vrij
person-reset-away = Een reset voor wie niet aan een balie is, gevraagd door { $by }, is vrijgegeven: uit te voeren van { $from } tot { $until }.
person-exception = Het account is gereset terwijl de persoon niet aan een balie was. Identificeer met het document en geef uit, tot { $until }; { $owner } staat ervoor in.
person-exception-over = Het account is gereset terwijl de persoon niet aan een balie was, en tot { $until } is er niets uitgegeven. Het blijft dicht: er is een nieuwe reset nodig.
resets-away-ripe = { $by } gaf hem vrij voor wie niet aan een balie is, en niemand maakte bezwaar. Tot { $until } voert wie vroeg, of een ander, hem uit (Enter).
person-reset-away-ripe = Een reset voor wie niet aan een balie is, gevraagd door { $by }, is vrijgegeven: uit te voeren tot { $until } (v).
resets-away = { $by } gaf hem vrij voor wie niet aan een balie is. Bezwaar kan tot { $from }; van dan tot { $until } voert wie vroeg, of een ander, hem uit.
resets-exception = Het account wacht op de persoon, die tot { $until } naar elke balie kan komen. { $owner } staat ervoor in.
resets-overdue = Over tijd sinds { $until }: niemand kwam, en het account is dicht. { $owner } staat ervoor in; er is een nieuwe reset nodig.
account-reset-is-excepted = wacht op persoon
account-reset-is-overdue = OVER TIJD
home-overdue = { $count ->
    [one] 1 account is gereset, en de persoon kwam niet op tijd: over tijd
   *[other] { $count } accounts zijn gereset, en de personen kwamen niet op tijd: over tijd
}
unmet-one-way = { $person } is niet aan een balie, en dan zijn er twee manieren van identificeren nodig; er zijn er minder dan twee mogelijk. Een andere beheerder van { $organisation } kan met de eigen sleutel voor deze persoon instaan, op de pagina van het register: begin daarna opnieuw.
unmet-one-way-alone = { $person } is niet aan een balie, en dan zijn er twee manieren van identificeren nodig; er zijn er minder dan twee mogelijk.
unmet-may-object = { $person } was niet aan een balie, en mag tot { $until } bezwaar maken: daarna wordt het uitgevoerd.
unmet-may-still-come = Of het account van { $person } gereset is, is nog niet zeker: wat deze balie vroeg kan nog aankomen. Wie het begon rondt het nu af, of voert de reset nog eens uit; vraag het anders na { $until } opnieuw.
cli-not-called-back = --called-back zegt dat de persoon op het bekende nummer is gebeld; niemands woord komt ervoor in de plaats: geen beheerder heeft hier op de pagina van het register voor ingestaan, of dat woord is al gebruikt
cli-no-days = --days zegt voor hoeveel werkdagen de persoon naar een balie kan komen
cli-wrong-days = --days is 1 tot { $max }: er is niets verwijderd
cli-exception = uitzondering van { $owner }, tot { $until }
cli-exception-overdue = uitzondering van { $owner }, over tijd sinds { $until }
cli-from-until = van { $from } tot { $until }
act-vouch-reset = { $signer } staat ervoor in dat deze persoon is wie die zegt te zijn, alle factoren kwijt is, en dit vraagt:
act-vouch-reset-head = { $signer } staat ervoor in dat deze persoon is wie die zegt te zijn, alle factoren kwijt is, en vraagt om alles te verwijderen wat dit account opent. De reset mag daarmee worden aangevraagd.
away-looked-vouched = een beheerder van de organisatie stond voor deze persoon in
away-by-the-agent = Door u; en op nog een manier, per video of door terug te bellen, door de medewerker die aanvraagt.
away-signed-by = { $how }: { $by }, met de eigen sleutel op een pagina, { $at }
away-vouched = { $by } heeft voor deze persoon ingestaan ({ $at }): { $reason }. Dat kan één manier vervangen.
page-vouch = Met uw sleutel instaan voor { $person }
page-vouched = { $by } heeft ingestaan voor { $person }: daarmee kan de reset worden aangevraagd. Er gaat niets vanzelf: { $person } of u belt nu Klantenservice.
page-vouch-means = U verklaart dat u { $person } kent, dat deze persoon alles kwijt is wat het account opent, en op afstand om een reset vraagt. Spreek die persoon eerst zelf, persoonlijk of op een nummer dat u kent. Klantenservice identificeert op nog een manier en een tweede medewerker geeft het vrij; { $person } en alle beheerders horen het en kunnen { $hours } uur lang bezwaar maken. Een medewerker kan vier uur gebruiken wat u ondertekent; tot dan is het hier terug te nemen.
page-vouch-by-key = Met een code staat niemand voor een ander in: meld u aan met uw beveiligingssleutel.
page-vouch-not-for = U staat in voor hoofdbeheerders en gemachtigden van uw eigen organisatie, en nooit voor uzelf. Voor anderen vraagt u de reset zelf aan.
page-vouch-young = U staat in met een beveiligingssleutel die een week of langer van u is, en die hebt u nog niet.
page-vouch-back-how = Hiermee is nog niets aangevraagd. Klopt het niet, neem het dan terug: dan komt er niets van.
cli-not-seen = --video zegt welk document de persoon naast het gezicht hield; niemands woord komt ervoor in de plaats: geen beheerder heeft hier op de pagina van het register voor ingestaan, of dat woord is al gebruikt
cli-which-way = een beheerder stond voor de persoon in; de andere manier is --video of --called-back: zeg welke
cli-unreachable = Het register is niet bereikbaar, en er is niets gedaan.
cli-unreachable-left = Het register is niet bereikbaar.
cli-unreachable-next = Wacht tot de lijn er weer is en geef dan dezelfde opdracht nog eens.
cli-tickets-ahead = Voor dagen met een slechte lijn: `keydesk tickets fetch --day today` haalt vooraf op wat nodig is om wie verwacht wordt een sleutel uit te geven.
cli-registry-words = De eigen woorden van het register (Engels): “{ $words }”
stop-misused = De argumenten laten iets open.
stop-misused-next = Geef het, en begin opnieuw.
stop-pin-not-taken = Deze pincode wordt niet aangenomen; de sleutel kreeg hem niet.
stop-pin-not-taken-next = Begin opnieuw met een andere pincode.
cli-lent-until = te leen tot { $until }
cli-enrolled = uitgegeven
cli-retested = getest
cli-next-prepared = reset { $id }: een van de beheerders van de organisatie vraagt erom tot { $until }, op de pagina van het register of aan elke balie met `keydesk reset sign { $id } --administrator ID --identified-by …`
cli-next-asked = reset { $id }: een tweede medewerker geeft hem vrij tot { $until } met `keydesk reset release { $id } --last-name NAAM`
cli-next-released = reset { $id }: `keydesk reset carry-out { $id } --person { $person }` voert hem uit, { $when }, met de persoon aan de balie
cli-next-away = reset { $id }: `keydesk reset carry-out { $id } --person { $person } --days N` voert hem uit, { $when }
cli-next-again = reset { $id }: u voerde hem uit, en er is niets uitgegeven. Met `keydesk reset carry-out { $id } --person { $person } --identified-by …` kunt u tot { $until } verder, zonder dat iemand opnieuw iets wordt gevraagd
cli-next-carried-out = niemand komt in het account tot er in dit bezoek iets is uitgegeven, tot { $until }: `keydesk enrol --person { $person } --identified-by …`
cli-beside-open = Er is een reset van dit account open. { $next }
cli-reset-stands = { $state } ({ $when })
cli-reset-asked = van het account van { $person }, die { $place }; gevraagd door { $by } aan { $station }, { $at }: { $why }.
cli-reset-away = niet aan een balie was
cli-reset-at-desk = aan een balie is geïdentificeerd, of een beheerder heeft die erom vroeg
cli-reset-by-code = Er is met een code om gevraagd, die niets ondertekent.
cli-reset-ticket = zaaknummer: { $ticket }
cli-reset-remark = in de woorden van { $by }: “{ $remark }”
cli-reset-deletes = zou worden gewist: { $each }
cli-reset-fact = register: { $fact }

## Waarom het register weigerde, met de feiten

because-both = { $first } { $then }
because-oneself-served = Niemand helpt zichzelf of de eigen organisatie: dit bent u zelf. Een andere medewerker mag dat.
because-own-organisation = Niemand helpt zichzelf of de eigen organisatie: dit is uw eigen organisatie, { $organisation }. Een andere medewerker mag dat.
because-visit-gone = Bezoek { $visit } is hier niet open, of is afgelopen: identificeer de persoon opnieuw.
because-served-elsewhere = { $operator } heeft deze persoon sindsdien aan { $station } ontvangen, en niemand wordt aan twee balies tegelijk geholpen: ga daar verder, of identificeer de persoon hier opnieuw zodra het daar klaar is.
because-release-over = Het account is gereset op grond van een vrijgave tot { $until }, en die tijd is voorbij. { $needed }
because-identify-anew = { $person } moet opnieuw worden geïdentificeerd.
because-prove-own = { $person } heeft een factor: die wordt eenmaal aangetoond, met een aanraking en de pincode of met een code. Een die kwijt is, wordt eerst geschorst.
because-administrator-proves = { $person } is alle factoren kwijt: een beheerder van de organisatie toont aan de balie een eigen factor aan ({ $may }).
because-no-prover = { $person } is alle factoren kwijt. Een beheerder van de organisatie moet aan de balie een eigen factor aantonen, en geen van hen heeft er een waarmee dat kan: die was er al voor dit bezoek, en wie dit bezoek deed heeft hem niet uitgegeven, voor zover elk account zegt van wie het is. Geef er eerst een uit aan een beheerder, of een andere medewerker helpt deze persoon.
because-answers-not = { $prover } kan niet voor { $person } instaan. { $needed }
because-account-of-nobody = Het account van { $operator } zegt niet van welke mens het is, en heeft dus geen deel aan waar een ander voor instaat: de beheerder van het register zegt het met `keydesk registry operators set`.
because-made-ahead = Wat vooraf is gemaakt, wordt aangenomen met een eigen factor: toon er een aan, of geef opnieuw uit.
because-maker-identified = Een ander mens dan de maker moet de eigenaar hebben geïdentificeerd: een andere medewerker mag dat, van wie het account zegt van wie het is (`keydesk registry operators set`).
because-touch-first = De eigenaar had nooit een andere factor: die raakt eerst deze aan, met de pincode, of geeft de code ervan.
because-releaser-goes-on = Wie de reset heeft vrijgegeven, gaat niet met dit bezoek verder: een andere medewerker doet dat.
because-maker-goes-on = Wie de factor heeft uitgegeven waarmee een beheerder voor de persoon instaat, gaat niet met dit bezoek verder: een andere medewerker doet dat.
because-not-come = Credential { $credential } is er nog niet; wie aanbod { $offer } vroeg, geeft op wat ervan komt. Voor anderen: { $otherwise }
because-hand-in-answer = Wie een reset vrijgaf, of de factor uitgaf waarmee een beheerder voor de persoon instaat, heeft geen deel aan wat ervan komt: een andere medewerker doet dat, van wie het account zegt van wie het is.
because-nothing-to-take-back = Niemand staat nog voor deze persoon in, of er is al een reset mee gevraagd: er valt niets terug te nemen.
because-signed-in-nowhere = Medewerker { $operator } is nergens aangemeld: die meldt zich eerst aan.
because-nothing-waits = Er wacht niets met die naam op deze persoon: kijk nog eens op de pagina.
because-nothing-proved = { $person } heeft in dit bezoek geen factor aangetoond die er bij het begin al was: test een sleutel, app of token, en begin opnieuw.
because-identified-otherwise = { $person } is hiervoor geïdentificeerd met { $how }: een identificatie is voor één zaak, en een zaak heeft er één.
because-identified-then = De reset is voor wie is geïdentificeerd toen die werd gevraagd, en dat was met iets anders dan { $now }: de persoon toont wat toen is getoond.
because-refused-beside-asker = Een tweede medewerker weigert naast wie de reset vroeg, aan diens balie; ergens anders meldt die medewerker zich zelf aan en weigert daar.
because-stated-alone = Niemand wordt met een verklaring geïdentificeerd: daar is een document voor nodig.
because-method-unknown = Dit register kent geen methode “{ $method }”: het heeft { $known }.
because-method-not-at-desk = De methode “{ $method }” is niet voor iemand aan de balie: een document dat met de persoon wordt vergeleken wel.
because-nobody-identified = Er is in dit bezoek niemand geïdentificeerd: identificeer de persoon opnieuw.
because-identified-long-ago = Een identificatie is een half uur goed om te vragen: beëindig het bezoek en identificeer de persoon opnieuw.
because-no-person = Er is geen persoon { $person }; zoek op naam, e-mailadres of nummer.
because-no-operator = Er is geen medewerker { $operator }.
because-operator-revoked = De toegang van medewerker { $operator } is beëindigd op { $at }; de beheerder van het register weet meer.
because-operator-key-revoked = Deze sleutel van { $operator } is ingetrokken op { $at }: meld u aan met de sleutel die ervoor in de plaats kwam, of vraag een code met `keydesk registry operators new-key`.
because-station-revoked = Station { $station } is ingetrokken op { $at }: wat het heeft, blijft in zijn logboek en uitbak; vraag de beheerder van het register, en sluit het opnieuw aan met een lege gegevensmap (`keydesk station join`) om verder te werken.
because-asker-of-nobody = Het account van { $operator } zegt niet van welke mens het is, en vraagt dus niets en geeft niets vrij: de beheerder van het register zegt het met `keydesk registry operators set`.
because-enrol-now = In dit bezoek mogen factoren voor { $person } worden toegevoegd: geef nu uit.
because-prove-instead = { $person } heeft een factor die het account opent: die wordt aangetoond, en een reset is niet nodig. Een die kwijt is, wordt eerst geschorst.
because-enrol-as-anybody = Voor { $person } is geen reset nodig: geef uit als voor ieder ander.
because-administrator-asks = Voor { $person } is geen vrijgave nodig: een beheerder van de organisatie vraagt het.
because-service-asks = De reset van het account van { $person } vraagt een medewerker van Klantenservice.
because-no-administrator-asks = Geen beheerder vraagt de reset van het account van { $person }: een medewerker van Klantenservice doet dat.
because-others-reset = Geen beheerder vraagt een reset van het account van { $person }. Die is voor: { $may }.
because-own-reset-served = Niemand vraagt een reset voor zichzelf: voor u doet Klantenservice dat.
because-own-reset = Niemand vraagt een reset voor zichzelf: een andere beheerder van uw organisatie doet dat.
because-only-administrators = Alleen beheerders van de organisatie vragen dit.
because-no-asking-administrator = Geen beheerder van de organisatie van { $person } heeft een factor om mee te vragen: geef er eerst een uit aan een beheerder.
because-not-in-organisation = Zo iemand is er niet in uw organisatie.
because-account-changed = Het account van { $operator } is op { $at } veranderd, nadat het dit ondertekende: het wordt opnieuw gevraagd.
because-other-by-now = { $person }, of wat die heeft, is intussen anders dan toen de reset werd gevraagd: kijk op de pagina, trek de reset in, en vraag opnieuw als het nog nodig is.
because-no-reset = Er is geen reset { $reset }: `keydesk reset list` toont ze.
because-no-reset-here = Hier is geen reset { $reset } bekend die aan dit station is voorbereid of uitgevoerd, noch een die door de aangemelde medewerker is uitgevoerd: Klantenservice ziet ze allemaal.
because-reset-prepared-elsewhere = Reset { $reset } is te zien waar hij is voorbereid, en aan een andere balie pas als hij daar kan worden uitgevoerd.
because-reset-over = Reset { $reset } is hiervoor niet te gebruiken. { $how }
because-reset-open = Er loopt al een reset van het account van { $person }. { $how } Die wordt eerst uitgevoerd, ingetrokken of geweigerd.
because-reset-limit = Binnen 24 uur zijn { $count } resets van het account van { $person } gevraagd: er wordt geen meer aangenomen tot de eerste ervan ouder is. De beheerder van het register heft dat eerder op: `keydesk registry resets allow`.
because-prepared = Hij wacht tot { $until } op een beheerder die erom vraagt.
because-requested = Hij wacht tot { $until } op vrijgave door een tweede medewerker.
because-ripens = Hij wacht, zodat er bezwaar kan worden gemaakt: hij wordt uitgevoerd van { $from } tot { $until }.
because-ripe = Hij kan worden uitgevoerd, tot { $until }.
because-reset-is = Hij is { $state }.
because-asked-already = Erom is al gevraagd.
because-of-another = Hij is van het account van iemand anders.
because-person-not-at-desk = De persoon was niet aan een balie: een medewerker van Klantenservice voert hem uit, en de persoon komt daarna naar een balie.
because-carried-out-in-visit = Hij wordt uitgevoerd in een bezoek van de persoon.
because-carried-out-by-another = Hij is uitgevoerd, en wie dat deed gaat ermee verder.
because-complete = Er is sindsdien iets uitgegeven: hij is klaar.
because-released-no-more = Hij is niet meer vrijgegeven.
because-asked-for-no-more = Er wordt niet meer om gevraagd.
because-enrolled-since = Sinds erom is gevraagd, is er iets aan de persoon uitgegeven.
because-called-otherwise = De persoon heet intussen anders, of is van een andere organisatie.
because-exception-over = De uitzondering na de reset van { $person } eindigde op { $at }: er is een nieuwe reset nodig, en tot dan blijft het account dicht.
because-exception-open = Het account van { $person } is gereset, en die kan tot { $until } met een document naar een balie komen: een andere reset is niet nodig.
because-releaser-has-part = Wie een reset heeft vrijgegeven, heeft geen deel aan wat ervan komt: een andere medewerker doet dat, van wie het account zegt van wie het is.
because-release-not-asked = Voor { $person } wordt niemands vrijgave gevraagd.
because-releases-nothing = { $role } geeft niets vrij. Dit is voor: { $may }.
because-releaser-new = Het account van { $operator } is pas gemaakt of veranderd, en geeft niets vrij vóór { $at }: een andere medewerker mag dat.
because-releaser-same-human = Wie een reset vroeg, of de persoon ontving, geeft hem niet vrij, onder welk account ook: een tweede medewerker doet dat, en niet { $operator }.
because-name-differs = De getypte achternaam is niet die van de persoon van wie het account is: lees de aanvraag nog eens.
because-releaser-carries-out = Wie een reset vrijgaf, voert hem niet uit: de medewerker die erom vroeg doet dat, of een andere.
because-ends-own = Wie een reset vroeg, of voorbereidde, trekt hem in; een ander weigert hem.
because-withdraws-own = Wie erom vroeg, trekt hem in; anderen maken bezwaar.
because-no-such-reset = Zo'n reset is er niet.
because-factor-ended = De factor waarmee dit werd gevraagd, opent niets meer: het wordt opnieuw gevraagd.
because-maker-serves = Wie de factor heeft uitgegeven waarmee dit wordt gevraagd, helpt de persoon niet: een andere medewerker doet dat, of het wordt met een andere factor gevraagd.
because-no-key-here = { $person } heeft hier geen sleutel om voor anderen in te staan: een die er al voor dit bezoek was, en die niet is gemaakt door wie nu helpt, voor zover elk account zegt van wie het is. Een andere beheerder, een andere balie, of de eigen pagina.
because-signer-at-desk = Wie ondertekent, is aan de balie: identificeer die opnieuw, en begin opnieuw.
because-no-method = Dit register heeft geen methode op deze manier: { $means }.
because-no-number = Van { $person } is geen nummer vastgelegd.
because-young-number = Het nummer van { $person } staat er sinds { $since }, en wordt pas een week daarna teruggebeld.
because-not-a-number = Wat van { $person } is vastgelegd, is geen nummer.
because-number-changed = Het vastgelegde nummer van { $person } is intussen een ander: begin opnieuw.
because-way-taken = { $person } is hiervoor al geïdentificeerd ({ $look }): elke manier telt eenmaal. Begin opnieuw.
because-others-work = Wat is bekeken, is van iemand anders of door een ander: wie vraagt, identificeert de persoon zelf.
because-no-way = { $person } is niet aan een balie, en wordt op twee verschillende manieren geïdentificeerd: met video, door terug te bellen op een vastgelegd nummer, door een beheerder die met de eigen sleutel instaat. Er is er hiervoor geen gebruikt.
because-one-way = { $person } is niet aan een balie, en wordt op twee verschillende manieren geïdentificeerd: met video, door terug te bellen op een vastgelegd nummer, door een beheerder die met de eigen sleutel instaat. Er is er hiervoor één gebruikt: { $look }.
because-away-long-ago = Een identificatie is een half uur goed om te vragen: begin opnieuw, met beide.
because-vouches-not-for-them = Een beheerder staat met de eigen sleutel in voor een hoofdbeheerder of een gemachtigde van de eigen organisatie, en voor niemand anders.
because-key-young = Een beheerder staat in met een beveiligingssleutel die het eigen account al een week of langer opent.
because-voucher-key-made = Wie de sleutel heeft uitgegeven waarmee een beheerder instond, vraagt daarmee niet, geeft het niet vrij en voert het niet uit: een andere medewerker doet dat.
because-other-reason = { $administrator } stond in voor een reset om deze reden: { $reason }. Er wordt met die reden om gevraagd, of er wordt opnieuw ingestaan.
because-vouching-fallen = Een beheerder stond met een eigen sleutel voor { $person } in, en mag dat intussen niet meer, of deze medewerker had een hand in die sleutel: een andere medewerker doet het, of de reset wordt ingetrokken en opnieuw gevraagd.
because-acts-open = Hier zijn binnen vijf minuten { $count } handelingen opgesteld en niet ondertekend: onderteken de nieuwste, of wacht.
because-not-asked-to-sign = Hier is niemand gevraagd dat te ondertekenen, of het is al ondertekend: begin opnieuw.
because-signed-late = Het moest binnen vijf minuten worden ondertekend: begin opnieuw.
because-others-key = Dit is geen sleutel van wie werd gevraagd te ondertekenen: neem die.
because-key-revoked = Deze sleutel is ingetrokken op { $at }: onderteken met die ervoor in de plaats kwam.
because-key-shut = Deze sleutel opent niets meer: onderteken met een andere.
because-act-changed = Wat is ondertekend, zegt iets dat niet meer klopt: begin opnieuw.
because-request-changed = Wat is gevraagd, zegt iets dat niet meer klopt: begin opnieuw.
because-on-loan = { $person } heeft een sleutel te leen tot { $until }: die wordt gebruikt. Is die kwijt, dan wordt hij eerst geschorst.
because-lent-already = Aan { $person } is in dit bezoek al een sleutel uitgeleend: er is één uitleen per bezoek.
because-nothing-forgotten = { $person } had geen factor om te vergeten: geef uit als voor ieder ander.
because-lost-not-forgotten = { $person } is alle factoren kwijt: een beheerder van de organisatie vraagt om een andere.
because-loan-not-asked = Voor wat { $person } leent, wordt niemand gevraagd in te staan.
because-stands-by-nothing = { $role } staat voor geen uitleen in.
because-second-new = Het account van { $operator } is pas gemaakt of veranderd, en staat nergens voor in vóór { $at }: een andere medewerker mag dat.
because-second-same-human = Wie iemand helpt, staat niet ook voor de uitleen in, onder welk account ook: een ander mens doet dat, en niet { $operator }; elk account moet zeggen van wie het is (`keydesk registry operators set`).
because-second-not-theirs = { $administrator } staat niet in voor wat { $person } leent: een beheerder van dezelfde organisatie doet dat, met een sleutel die er al was en die niet is gemaakt door wie nu helpt.
because-second-first = Eerst staat een tweede medewerker, of een beheerder van de organisatie, er met de eigen sleutel voor in dat { $person } er een leent.
because-loan-over = De uitleen zou eindigen op { $until }: begin opnieuw.
because-loan-key-made = Wie de sleutel heeft uitgegeven waarmee een beheerder voor een uitleen instaat, heeft er geen hand in, voor zover elk account zegt van wie het is: een andere medewerker doet het.
because-no-factor = { $person } heeft geen { $factor }: kijk op de pagina van de persoon.
because-suspended = { $factor } van { $person } is geschorst sinds { $at } ({ $why }): hij opent en toont niets aan. { $after }
because-lifted-until = De eigenaar kan dat aan een balie laten opheffen, met de factor zelf, tot { $until }.
because-lent-never-lifted = Hij is uitgeleend, en dat wordt nooit opgeheven: de persoon gebruikt de eigen sleutel, of leent er opnieuw een.
because-never-lifted = Dat wordt nooit opgeheven: een andere factor komt ervoor in de plaats.
because-loan-never-resumed = Een uitleen die voorbij is, wordt nooit hervat: de persoon gebruikt de eigen sleutel, of leent er opnieuw een.
because-lent-not-lifted = { $factor } is uitgeleend: een uitleen die is geschorst, of voorbij is, wordt nooit hervat.
because-removed = { $factor } is verwijderd op { $at } en wordt nooit meer geldig.
because-not-suspended = { $factor } is niet geschorst: er valt niets op te heffen.
because-reported-as = { $factor } is gemeld als { $why }, en dat wordt nooit opgeheven.
because-run-out = { $factor } was 30 dagen kwijt, tot { $at }, en wordt nooit meer geldig.
because-prove-another = De persoon toont aan een balie een andere eigen factor aan en krijgt daar een nieuwe.
because-new-one-from = Een nieuwe komt van: { $may }.
because-document-to-lift = Een schorsing wordt opgeheven voor de eigenaar, die aan de balie is en een document toont: een verklaring is dat niet.
because-no-app = { $person } heeft geen app of token { $factor }, of die is verwijderd.
because-counter-behind = De teller van handtekeningen van de sleutel is lager dan een die het register er al van heeft gezien. Of dit bewijs kwam laat, na nieuwere van dezelfde sleutel, of de sleutel is gekopieerd. Test de sleutel nog eens: wordt dat ook geweigerd, neem hem uit gebruik en meld hem als verdacht.
because-credential-gone = Credential { $credential } is weg sinds { $at }: de sleutel is gereset, of de credential ingetrokken; geef de sleutel opnieuw uit.
because-credential-exists = Credential { $credential } is al uitgegeven, aan { $person }.
because-key-taken = Naar zijn serienummer is deze sleutel uitgegeven aan { $person }: reset hem eerst, of neem een andere.
because-enrolled-elsewhere = Sinds het station het laatst vroeg, is aan { $person } bij station { $station } een sleutel uitgegeven die deze kan zijn (credential { $credential }), en de nieuwe credential kan ervoor in de plaats zijn gekomen: geef deze uitgifte op met de sleutel erbij, en geef hem dan opnieuw uit.
because-token-not-in-stock = Token “{ $serial }” is niet op voorraad: lees het nummer erop nog eens, of importeer het.
because-token-lost = Token “{ $serial }” is als kwijt gemeld: niemand krijgt het meer, vernietig het en neem een ander.
because-token-of-somebody = Iemand heeft token “{ $serial }”: het moet eerst worden ingeleverd.
because-operator-guessed = Binnen een uur waren { $count } codes fout die medewerker { $operator } liet controleren: tot { $until } wordt er voor die geen meer gecontroleerd. Een andere medewerker kan verder.
because-subject-guessed = { $count } foute codes van medewerker { $operator } binnen een uur: tot { $until } worden er hiervan voor die geen meer gecontroleerd. Een andere medewerker kan verder; of de persoon toont een andere factor aan, of er wordt een nieuwe uitgegeven.
because-guessed-out = Er waren { $count } codes ervan op rij fout: er wordt er geen meer gecontroleerd, een andere factor komt ervoor in de plaats.
because-codes-used-up = Onder aanbod { $offer } zijn { $count } codes gecontroleerd: begin opnieuw, onder een ander.
because-code-not-of-secret = De code klopt niet voor dit geheim op dat moment: er moet opnieuw worden uitgegeven.
because-code-outside-offer = De code is van vóór het aanbod of na het einde van de uitgifte: controleer de klok van het station.
because-token-next-code = De code klopt niet voor dit token: wacht op de volgende code, en geef beide.
because-token-code-used = De code klopt niet voor dit token: hij is al gebruikt, wacht op de volgende.
because-token-code-misread = De code klopt niet voor dit token: één cijfer wijkt af van een goede, lees hem nog eens.
because-token-clock = De code klopt niet voor dit token: de klok van het token wijkt meer dan tien minuten af, het is niet te gebruiken.
because-token-other-factor = De code klopt niet voor dit token: hij klopt voor een andere factor van deze persoon.
because-token-other-serial = De code klopt niet voor dit token: controleer het serienummer op het token.
because-offer-used = Aanbod { $offer } is gebruikt: begin opnieuw.
because-offer-expired = Aanbod { $offer } is verlopen: begin opnieuw.
because-offers-open = Er staan { $count } aanbiedingen open, zoveel als er mogen zijn: wacht tot ze aflopen, of haal tickets voor minder mensen op.
because-was-absent = Medewerker { $operator } was op { $at } niet aangemeld bij dit station: controleer de klokken van station en register. Wie het deed, kan zich opnieuw aanmelden en het weer versturen.
because-offerers-absence = Medewerker { $operator } was op { $at } niet aangemeld bij dit station: controleer de klok van het station.
because-dated-ahead = Medewerker { $operator } zou het op { $at } hebben gedaan, en bij het register is het { $now }: controleer de klokken van station en register, en verstuur het na die tijd opnieuw.
because-ended-before = Het zou zijn geëindigd op { $ended }, en is uitgegeven op { $enrolled }: controleer de klokken van station en register. Wie het deed, kan zich opnieuw aanmelden en het weer versturen.
because-waiting-no-more = Hij wacht niet meer.
because-nobody-vouched = Geen beheerder van { $organisation } is de laatste uren voor { $person } ingestaan: een ander dan { $person } doet dat met de eigen sleutel, op de pagina van het register.
because-nobody-vouches = { $person } is van geen organisatie, en heeft niemand die instaat.
because-not-taken-back = Credential { $credential } kwam van een andere uitgifte, is sindsdien gebruikt, of is langer dan { $minutes } minuten geleden aangenomen: wie de sleutel mag resetten, mag hem daar wissen.
because-enrolled-by = Credential { $credential } is uitgegeven door { $operators }, die hem zelf mag terugnemen. Voor ieder ander: { $otherwise }
because-credential-not-here = { $person } heeft hier geen credential van die naam. Staat er toch een van deze persoon op de sleutel, dan zijn de gegevens van het register ouder: wis hem op de sleutel (F4, of `keydesk key credentials delete`), en geef de sleutel opnieuw uit.
because-no-credential = { $person } heeft geen credential { $credential }.
because-means-video = met video
because-means-call-back = door terug te bellen
because-means-vouching = door een beheerder die instaat

## The register of stock

condition-spare = vrij
condition-promised = toegezegd
condition-standby = reserve
condition-issued = uitgegeven
condition-on-loan = uitgeleend
condition-returned = teruggebracht
condition-quarantined = in quarantaine
condition-rejected = afgekeurd
condition-damaged = beschadigd
condition-lost = kwijt
condition-stolen = gestolen
condition-sent-back = teruggestuurd
condition-destroyed = vernietigd
stock-act-receive = ontvangen
stock-act-move = verplaatsen
stock-act-hand-over = overdragen
stock-act-confirm = bevestigen
stock-act-call-off = afblazen
stock-act-promise = toezeggen
stock-act-free = vrijgeven
stock-act-prepare = klaarleggen
stock-act-issue = uitgeven
stock-act-return = innemen
stock-act-give-back = teruggeven
stock-act-restock = terug in voorraad
stock-act-count = tellen
stock-act-report-lost = als kwijt melden
stock-act-report-stolen = als gestolen melden
stock-act-find = terugvinden
stock-act-report-damaged = als beschadigd melden
stock-act-quarantine = in quarantaine doen
stock-act-release = uit quarantaine halen
stock-act-reject = afkeuren
stock-act-send-back = terugsturen
stock-act-destroy = vernietigen
stock-act-label = van een label voorzien
stock-act-correct-place = de plaats verbeteren
stock-act-correct-holder = de houder verbeteren
stock-act-correct-item = het stuk verbeteren
doubt-advisory = de firmware heeft een bekend lek
doubt-policy = het beleid staat hem niet toe
doubt-used-before = hij is eerder gebruikt
doubt-no-delivery = hij kwam in geen levering
doubt-known-already = een ander stuk heeft dit kenmerk
doubt-faulty = hij antwoordt niet zoals het moet
doubt-found = hij was weg, en is er weer
doubt-other = zoals erbij gezegd is
place-stock-room = magazijn
place-desk = balie
place-drawer = lade
place-safe = kluis
item-security-key = beveiligingssleutel
item-hardware-token = hardwaretoken
identifier-tag = label { $tag }
identifier-serial = nr. { $serial }
stock-refusal = Niet gedaan: { $act }, { $item }. { $why } { $stands } { $next }
stock-refusal-item = een stuk
stock-refusal-stands = Zoals het nu is: { $condition }.
stock-refusal-stands-nowhere = Het staat niet in het register.
stock-why-unknown = Zo'n stuk is er niet.
stock-why-known-already = Het staat al in het register.
stock-why-another = Dat is een ander stuk.
stock-why-moved = Er is intussen iets anders mee gedaan: versie { $saw } was gezien, { $is } is het nu.
stock-why-not-so = Dat kan ermee niet zoals het nu is.
stock-why-not-now = Dat kan alleen met wat zo is: { $from }.
stock-why-role = Niet voor { $role }. Dit is voor: { $may }.
stock-why-other-custodian = Hier is { $here } ervoor verantwoordelijk, op de andere plaats { $there }: het wordt overgedragen en bevestigd.
stock-why-same-custodian = Het is al bij { $custodian }.
stock-why-custodian = Dat is voor { $custodian }, die ervoor verantwoordelijk is.
stock-why-no-second = Er zijn twee mensen voor nodig.
stock-why-second-is-first = { $operator } is al de eerste: de tweede is iemand anders.
stock-why-already-there = Het ligt daar al.
stock-why-already-so = Het is al zo.
stock-why-not-theirs = Het wordt bewaard voor { $whose }.
stock-why-nobodys = Het wordt voor niemand bewaard.
stock-why-still-theirs = Wat { $whose } erop heeft staat er nog.
stock-why-over = Die tijd is voorbij.
stock-why-nothing-tells = Niets onderscheidt het van andere van dit model: er moet een label op.
stock-why-has-tag = Het heeft label { $tag }, en houdt dat.
stock-needs-blank = Er moet eerst naar gekeken zijn: er mag niets op staan, en het beleid moet hem toestaan.
stock-needs-works = Hij moet eerst voor de eigenaar getest zijn.
stock-needs-receipt = Er is een ontvangstbewijs nodig: een aanraking van de eigenaar, of diens naam.
stock-needs-reason = Er is een reden nodig.
stock-next-look-again = Kijk opnieuw naar het stuk.
stock-next-do = Eerst, of in plaats daarvan: { $act }.
stock-next-ask = Vraag { $who }.
stock-next-find-second = Een tweede persoon staat ervoor in.
stock-next-nothing = Er is niets veranderd.
because-stock-refused = { $refusal }
because-identifier-taken = Een ander stuk heeft of had { $named }: er is niets veranderd. Zoek dat stuk op.
because-tag-foreign = Label { $tag } hoort niet bij dit station: neem een eigen label van dit station.
because-tags-over = Er zijn geen labels meer te geven.
because-place-unknown = Er is geen plaats { $place }.
because-place-closed = { $place } is gesloten: daar wordt niets neergelegd.
because-place-answered = { $operator } is intussen verantwoordelijk voor { $place }: kijk opnieuw, en doe het nog eens.
because-place-full = Op { $place } ligt iets: dat wordt overgedragen voordat een ander voor de plaats verantwoordelijk wordt, of zij dichtgaat.
because-delivery-unknown = Er is geen levering { $delivery }.
because-delivery-begun = Van levering { $delivery } kwam al iets: die blijft zoals zij gezegd is.
because-one-human = { $operator } en { $second } zijn accounts van één mens, of een van beide zegt niet van wie hij is.
because-role-then = { $operator } is geen: { $role }.
because-item-unknown = Er is geen stuk { $item }.
because-no-such-account = Er is geen account { $operator } in gebruik.
outbox-movement = voorraad: er is iets met een stuk gedaan
stock-several-items = { $count } stukken heten { $name }: zeg welk, met label of serienummer.
stock-several-places = { $count } plaatsen heten { $name }: zeg welke, met het label.
stock-no-tags = Dit station heeft geen nummers voor labels meer: met verbinding geeft "keydesk stock tags" er meer.
stock-no-tag = { $text } is geen label: kijk nog eens, een teken kan verkeerd zijn.
cli-place-kept = { $place } staat er nu zo in.
cli-place-closed = gesloten
cli-places = { $count } plaatsen.
cli-items = { $count } stuks.
cli-stock-counts = { $free } vrij, { $promised } toegezegd, { $standby } reserve, { $held } apart gehouden, { $moving } onderweg, { $out } uit
cli-stock-updated = Wat andere stations deden is hier nu bekend.
cli-stock-as-of = Stand van { $at }.
cli-stock-own-only = Het register is nooit gevraagd: alleen wat hier gedaan is, is bekend.
cli-stock-done = Gedaan met { $count }, en het register weet het.
cli-stock-queued = Gedaan met { $count }; het register hoort het zodra het bereikbaar is.
cli-stock-refused = Het register nam het niet aan: { $why } Het wacht in de uitbak: keydesk outbox resolve.
cli-next-tag = Het volgende label van dit station is { $tag }.
cli-delivery-kept = Levering { $order } wordt verwacht.
cli-delivery-expects = { $count } verwacht
cli-deliveries = { $count } leveringen.
cli-delivery-came = { $came } van { $expected } kwamen, { $missing } serienummers ontbreken, { $strange } die niet genoemd waren
cli-delivery-whole = Alles kwam, en niets anders.
cli-delivery-differs = Het verschilt van wat er zou komen.
cli-bad-model = { $text }: zeg het model en hoeveel, bijv. "YubiKey 5 NFC=20".
cli-model-twice = { $text } wordt twee keer genoemd: noem het één keer, met hoeveel.
cli-serials-of-one = Serienummers horen bij één model.
cli-bad-serial = regel { $line }: { $text } is geen serienummer, of staat er twee keer
cli-item-stored = Het is { $condition }, op { $place }.
cli-item-moving = Het is { $condition }, onderweg van { $place } naar { $to }.
cli-item-gone = Het is { $condition }; het ging weg van { $place }.
cli-item-doubt = Waarom: { $doubt }.
cli-item-ahead = Iets wat hier gedaan is weet het register nog niet.
cli-item-contested = Iets wat hier gedaan is past niet bij wat elders gedaan is: zie de uitbak.
cli-count-missing = ontbreekt
cli-count-found = gevonden
cli-counted = { $seen } van { $expected } lagen er, en { $found } die elders geboekt staan.
cli-item-no-history = Wat er eerder mee gedaan is, wordt gezegd zolang het register antwoordt.

using System.Globalization;
using System.Text.Json.Nodes;
using LyncEdge.Dialogs;
using LyncEdge.Wire;

namespace LyncEdge.Presence;

/// <summary>Our users' subscriptions toward the gateway, and the judgement of the NOTIFYs it sends.</summary>
public sealed class WatchDesk(AccessEdge edge)
{
    private const int NotifyWithinMs = 10_000;

    public IEnumerable<Watch> All => edge.Dialogs.All.Select(d => d.Usage).OfType<Watch>();

    public Watch? Find(string from, string to) => All.Where(w => w.From == from && w.To == to && w.State != "terminated" && !w.IsPoll).MaxBy(w => w.Dialog.Number);

    public Watch Subscribe(SubscribeWish wish)
    {
        var person = edge.Person(wish.From);
        var tag = edge.Scribe.ClientTag();
        var routes = edge.Scribe.RecordRoutes();
        var dialog = new Dialog
        {
            CallId = edge.Scribe.CallId(), LocalTag = tag, Local = wish.From, Remote = wish.To, LocalText = edge.Scribe.LocalText(person, tag),
            RemoteText = "<sip:" + wish.To + ">", OwnRecordRoutes = routes, ExpectedRoutes = [.. routes.Select(SipText.Bracketed)], LocalCSeq = 1,
        };
        var watch = new Watch { Dialog = dialog, From = wish.From, To = wish.To, AskedExpires = wish.Expires, Accept = wish.Accept, IsPoll = wish.IsPoll, Refreshes = wish.Refreshes };
        dialog.Usage = watch;
        edge.Dialogs.Add(dialog);
        watch.NotifiesOwed = 1;
        watch.RepeatsAllowed = 1;
        edge.Transactions.Send(Initial(wish, dialog, routes), dialog, o => OnInitialAnswer(watch, wish, o),
            edge.Links.Chosen(wish.Connection));
        return watch;
    }

    /// <summary>A SUBSCRIBE inside the dialog: refresh, or with 0 the end.</summary>
    public void Resubscribe(Watch watch, int? expires, JsonNode? id)
    {
        var scribe = edge.Scribe;
        var draft = scribe.InDialog(watch.Dialog, "SUBSCRIBE").Add("Contact", scribe.Contact(edge.Person(watch.From))).Add("Event", "presence")
            .Add("Accept", watch.Accept ?? scribe.Profile.Accept).AddAll("Supported", scribe.Profile.SubscribeSupported).Add("Proxy-Require", "ms-benotify")
            .Add("Expires", expires?.ToString(CultureInfo.InvariantCulture));
        watch.NotifiesOwed++;
        watch.RepeatsAllowed++;
        watch.IsAnswered = false;
        edge.Transactions.Send(draft, watch.Dialog, o => OnAnswer(watch, expires == 0 ? "unsubscribe" : "refresh", id, o));
    }

    /// <summary>The client is gone without a word: no refresh, and its NOTIFYs find no dialog.</summary>
    public void Forget(Watch watch)
    {
        watch.StopTimers();
        edge.Dialogs.Remove(watch.Dialog);
    }

    public void OnNotify(Watch watch, Incoming incoming)
    {
        var request = incoming.Request;
        var state = (request.Get("Subscription-State") ?? "").Split(';')[0].Trim().ToLowerInvariant();
        if (watch.Dialog.RemoteTag is null) watch.Dialog.TakeRemote(request, request.From, edge.Inspector);
        var parameters = request.Get("Subscription-State") ?? "";
        Show(watch, request, state, parameters, Judge(watch, request, state));
        Answer(watch, incoming);
        if (state != "terminated") return;
        Forget(watch);
        // RFC 6665 §4.1.3: deactivated means "ask again at once, in a new dialog".
        if (SipText.Parameter(parameters, "reason") == "deactivated" && watch.Refreshes) Again(watch);
    }

    private static bool IsGone(Outcome outcome) => outcome.Status is 481;

    private void Show(Watch watch, SipMessage message, string state, string parameters, bool isDuplicate)
    {
        var seen = See(watch, message);
        watch.Seen = seen;
        watch.State = state;
        edge.Events.Emit("notify", ("from", watch.To), ("to", watch.From), ("state", state), ("reason", SipText.Parameter(parameters, "reason")),
            ("expires", SipText.Parameter(parameters, "expires")), ("retryAfter", SipText.Parameter(parameters, "retry-after")),
            ("shows", seen.Shows), ("basic", seen.Basic), ("activity", seen.Activity), ("note", seen.Note), ("displayName", seen.DisplayName),
            ("entity", seen.Entity), ("lost", seen.Lost.Count > 0 ? seen.Lost : null), ("duplicate", isDuplicate ? true : null), ("poll", watch.IsPoll ? true : null),
            ("contentType", message.MediaType.Length > 0 ? message.MediaType : null), ("piggyback", message.IsRequest ? null : true), ("cseq", message.CSeq), ("callId", message.CallId));
    }

    private void Answer(Watch watch, Incoming incoming)
    {
        if (watch.AnswerTimes == 0)
        {
            incoming.Answer(200);
            return;
        }

        if (watch.AnswerTimes > 0) watch.AnswerTimes--;
        if (watch.AnswerStatus != 0) incoming.Answer(watch.AnswerStatus);
    }

    private SipDraft Initial(SubscribeWish wish, Dialog dialog, IReadOnlyList<string> routes)
    {
        var profile = edge.Scribe.Profile;
        var draft = edge.Scribe.Initial("SUBSCRIBE", wish.Target ?? edge.Scribe.Target(wish.To), routes, wish.MaxForwards)
            .Add("From", dialog.LocalText).Add("To", dialog.RemoteText).Add("Call-ID", dialog.CallId).Add("CSeq", "1 SUBSCRIBE")
            .Add("Contact", edge.Scribe.Contact(edge.Person(wish.From))).Add("User-Agent", profile.UserAgent).Add("Event", wish.Event);
        var accept = wish.Accept ?? profile.Accept;
        if (accept.Length > 0) draft.Add("Accept", accept);
        var tags = profile.SubscribeSupported;
        for (var i = 0; i < tags.Count; i++)
        {
            draft.Add("Supported", tags[i]);
            if (tags[i] == "ms-benotify") draft.Add("Proxy-Require", "ms-benotify");
        }

        draft.Add("P-Asserted-Identity", edge.Scribe.Asserted(edge.Person(wish.From)));
        if (wish.RequiresBatch) draft.Add("Require", "adhoclist, categoryList");
        draft.Add("Expires", wish.Expires?.ToString(CultureInfo.InvariantCulture)).AddLines(wish.Extra);
        if (profile.SendsBatchBody || wish.RequiresBatch) draft.Body("application/msrtc-adrl-categorylist+xml", BatchBody(wish));
        return draft;
    }

    private string BatchBody(SubscribeWish wish)
    {
        var resources = string.Concat(wish.Others.Prepend(wish.To).Select(u => "<resource uri=\"sip:" + u + (wish.IsJustAdded ? "\"><context/></resource>" : "\"/>")));
        return "<batchSub xmlns=\"http://schemas.microsoft.com/2006/01/sip/batch-subscribe\" uri=\"sip:" + wish.From + "\" name=\"\"><action name=\"subscribe\" id=\""
            + edge.Scribe.Between(10_000_000, 99_999_999) + "\"><adhocList>" + resources
            + "</adhocList><categoryList xmlns=\"http://schemas.microsoft.com/2006/09/sip/categorylist\"><category name=\"state\"/><category name=\"note\"/></categoryList></action></batchSub>";
    }

    private void OnInitialAnswer(Watch watch, SubscribeWish wish, Outcome outcome)
    {
        OnAnswer(watch, wish.IsPoll ? "poll" : "initial", wish.Id, outcome);
        if (outcome.IsFinal && wish.MustGet is { } must && outcome.Status != must)
            edge.Events.Violation("H12", "must-get-" + must, "SUBSCRIBE answered " + outcome.Status, watch.Dialog.CallId);
    }

    private void OnAnswer(Watch watch, string kind, JsonNode? id, Outcome outcome)
    {
        if (!outcome.IsFinal) return;
        var granted = int.TryParse(outcome.Response?.Get("Expires"), NumberStyles.None, CultureInfo.InvariantCulture, out var e) ? e : -1;
        edge.Events.Emit("subscribe-result", ("for", id), ("kind", kind), ("from", watch.From), ("to", watch.To), ("status", outcome.Status),
            ("reason", outcome.Reason), ("expires", granted < 0 ? null : granted), ("minExpires", outcome.Response?.Get("Min-Expires")),
            ("unsupported", outcome.Response?.Get("Unsupported")), ("allowEvents", outcome.Response?.Get("Allow-Events")),
            ("diagnostics", outcome.Diagnostics), ("callId", watch.Dialog.CallId));
        if (outcome.IsSuccess) Accepted(watch, kind, outcome.Response!, granted);
        else Refused(watch, kind, outcome);
    }

    private void Accepted(Watch watch, string kind, SipMessage response, int granted)
    {
        if (kind is "initial" or "poll")
        {
            watch.Dialog.TakeRemote(response, response.To, edge.Inspector);
            edge.Inspector.DialogCreation(response);
        }

        if (watch.State == "trying") watch.State = "neutral";
        if (granted < 0) edge.Events.Violation("RFC6665", "expires-missing", "200 to SUBSCRIBE without Expires", response.CallId);
        if (watch.AskedExpires is { } asked && granted > asked) edge.Events.Violation("RFC6665", "expires-longer", granted + " granted for " + asked, response.CallId);
        watch.GrantedExpires = granted;
        watch.IsAnswered = true;
        if (response.Get("ms-piggyback-cseq") is not null) TakePiggyback(watch, response);
        watch.NotifyTimer?.Dispose();
        if (watch.NotifiesOwed > 0)
            watch.NotifyTimer = edge.Clock.After(NotifyWithinMs, () => NotifyMissing(watch));
        watch.RefreshTimer?.Dispose();
        if (!watch.Refreshes || kind is "unsubscribe" or "poll" || granted <= 0) return;
        var share = edge.Scribe.Between(80, 90);
        watch.RefreshTimer = edge.Clock.After((int)Math.Min(int.MaxValue, granted * 10L * share), () => Resubscribe(watch, watch.AskedExpires, id: null));
    }

    /// <summary>The 200 brought the first notification along (field fact B3): no NOTIFY is owed for this SUBSCRIBE.</summary>
    private void TakePiggyback(Watch watch, SipMessage response)
    {
        var parameters = response.Get("Subscription-State") ?? "";
        watch.NotifiesOwed = Math.Max(0, watch.NotifiesOwed - 1);
        watch.RepeatsAllowed = Math.Max(0, watch.RepeatsAllowed - 1);
        watch.LastNotify = parameters.Split(';')[0] + "\n" + response.BodyText;
        Show(watch, response, parameters.Split(';')[0].Trim().ToLowerInvariant(), parameters, isDuplicate: false);
    }

    private void Refused(Watch watch, string kind, Outcome outcome)
    {
        watch.NotifiesOwed = Math.Max(0, watch.NotifiesOwed - 1);
        watch.RepeatsAllowed = Math.Max(0, watch.RepeatsAllowed - 1);
        watch.IsAnswered = true;
        if (kind is "initial" or "poll")
        {
            Forget(watch);
            return;
        }

        if (!IsGone(outcome)) return;
        Forget(watch);
        if (kind == "refresh" && watch.Refreshes) Again(watch);
    }

    private void Again(Watch watch)
    {
        edge.Events.Emit("resubscribe", ("from", watch.From), ("to", watch.To));
        Subscribe(new SubscribeWish { From = watch.From, To = watch.To, Expires = watch.AskedExpires, Accept = watch.Accept });
    }

    private void NotifyMissing(Watch watch)
    {
        if (watch.NotifiesOwed > 0)
            edge.Events.Violation("B5", "notify-missing", "no NOTIFY within 10 s after an accepted SUBSCRIBE of " + watch.From + " to " + watch.To, watch.Dialog.CallId);
        watch.NotifiesOwed = 0;
    }

    /// <returns>True when nothing asked for this NOTIFY and it says what the last one said.</returns>
    private bool Judge(Watch watch, SipMessage request, string state)
    {
        var id = request.CallId;
        if (request.Method == "BENOTIFY") edge.Events.Violation("B3", "benotify-received", "the gateway sent BENOTIFY", id);
        if (state is not ("active" or "pending" or "terminated")) edge.Events.Violation("RFC6665", "subscription-state", "Subscription-State: " + request.Get("Subscription-State"), id);
        if (request.Get("Event")?.Split(';')[0].Trim() != "presence") edge.Events.Violation("RFC6665", "event", "Event: " + request.Get("Event"), id);
        if (request.Get("Contact") is null) edge.Events.Violation("RFC6665", "contact", "NOTIFY without Contact", id);
        if (watch.IsPoll && state != "terminated") edge.Events.Violation("B8", "poll-not-terminated", "NOTIFY of a poll says " + state, id);
        var said = state + "\n" + request.BodyText;
        var before = watch.LastNotify;
        var isDuplicate = watch is { NotifiesOwed: 0, RepeatsAllowed: 0 } && said == before;
        if (isDuplicate) edge.Events.Violation("B5", "notify-duplicate", "the same NOTIFY again without being asked", id);
        watch.LastNotify = said;
        // A change may cross our SUBSCRIBE: only what comes after the 200 uses up the right to hear the same again.
        if (watch is { NotifiesOwed: > 0, IsAnswered: true }) watch.RepeatsAllowed = 0;
        if (said == before && watch.RepeatsAllowed > 0) watch.RepeatsAllowed--;
        if (watch.NotifiesOwed > 0) watch.NotifiesOwed--;
        if (watch.NotifiesOwed == 0) watch.NotifyTimer?.Dispose();
        return isDuplicate;
    }

    private SeenPresence See(Watch watch, SipMessage request)
    {
        if (request.Body.Length == 0) return PidfReader.Nothing;
        if (request.MediaType != DocumentWriter.Pidf) edge.Events.Violation("B4", "content-type", "presence as " + request.MediaType, request.CallId);
        var seen = PidfReader.Read(request.BodyText, out var fault);
        if (seen is null)
        {
            edge.Events.Violation("B4", "document", fault, request.CallId);
            return PidfReader.Nothing;
        }

        if (seen.Entity is null || !seen.Entity.StartsWith("sip:", StringComparison.Ordinal))
            edge.Events.Violation("B4", "entity", "entity is " + seen.Entity, request.CallId);
        else if (SipAddress.Read(seen.Entity).Person != watch.To) edge.Events.Violation("B4", "entity-other", seen.Entity + " told to the watcher of " + watch.To, request.CallId);
        if (seen.Lost.Any(l => l.StartsWith("activity:", StringComparison.Ordinal)) || (edge.Scribe.Profile.IsStrict && seen.Lost.Count > 0))
            edge.Events.Violation("H15", "lost", string.Join(", ", seen.Lost), request.CallId);
        return seen;
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using LyncEdge.Dialogs;
using LyncEdge.Wire;

namespace LyncEdge.Presence;

/// <summary>The home server of our users: answers the gateway's SUBSCRIBEs and notifies (field facts B1, B3, B7, H13, H14).</summary>
public sealed class WatcherDesk(AccessEdge edge)
{
    public IEnumerable<Watcher> All => edge.Dialogs.All.Select(d => d.Usage).OfType<Watcher>();

    public IReadOnlyList<Watcher> Of(string person, string? watcher) => [.. All.Where(w => w.To == person && (watcher is null || w.From == watcher))];

    public void OnSubscribe(Incoming incoming)
    {
        var request = incoming.Request;
        var person = edge.Person(request.To.Person);
        edge.Inspector.DialogCreation(request);
        CheckOffer(request);
        var asked = AskedExpires(request);
        var kind = asked == 0 ? "poll" : "initial";
        var format = DocumentWriter.Choose(edge.Scribe.Profile.Formats, request.All("Accept"));
        var status = Judge(incoming, person, asked, format);
        edge.Events.Emit("watcher", ("from", request.From.Person), ("to", person.Address), ("kind", kind), ("status", status), ("asked", asked),
            ("accept", request.All("Accept")), ("format", format), ("callId", request.CallId));
        if (status >= 300) return;
        var watcher = Open(incoming, person, format!);
        Grant(watcher, incoming, person, asked, status);
    }

    public void OnRefresh(Watcher watcher, Incoming incoming)
    {
        var asked = AskedExpires(incoming.Request);
        var person = edge.Person(watcher.To);
        var format = DocumentWriter.Choose(edge.Scribe.Profile.Formats, incoming.Request.All("Accept"));
        if (format is not null) watcher.Format = format;
        var status = Judge(incoming, person, asked, watcher.Format);
        edge.Events.Emit("watcher", ("from", watcher.From), ("to", watcher.To), ("kind", asked == 0 ? "unsubscribe" : "refresh"), ("status", status),
            ("asked", asked), ("callId", incoming.Request.CallId));
        if (status < 300) Grant(watcher, incoming, person, asked, status);
    }

    /// <summary>The present state of a user to each watcher (or one); a form of presence the server does not have is what tests ask for.</summary>
    public int Announce(string person, string? watcher = null)
    {
        var watchers = Of(person, watcher).Where(w => w.State == "active").ToList();
        foreach (var one in watchers) Notify(one, StateHeader(one, "active"), Document(one));
        return watchers.Count;
    }

    public void Activate(Watcher watcher)
    {
        watcher.State = "active";
        Notify(watcher, StateHeader(watcher, "active"), Document(watcher));
    }

    public void Terminate(Watcher watcher, string? reason, int? retryAfter, JsonNode? id = null)
    {
        var value = "terminated" + (reason is null ? "" : ";reason=" + reason) + (retryAfter is { } r ? ";retry-after=" + r.ToString(CultureInfo.InvariantCulture) : "");
        Notify(watcher, value, body: null, id);
        watcher.State = "terminated";
        watcher.ExpiryTimer?.Dispose();
    }

    /// <summary>Gone without a word: the next refresh finds nothing (481).</summary>
    public void Forget(Watcher watcher)
    {
        watcher.ExpiryTimer?.Dispose();
        edge.Dialogs.Remove(watcher.Dialog);
    }

    /// <summary>Any NOTIFY at all in the dialog of a watcher: BENOTIFY, foreign bodies, odd states.</summary>
    public void Notify(Watcher watcher, string state, string? body, JsonNode? id = null, string? contentType = null, bool asBenotify = false)
    {
        if (!watcher.Dialog.IsReachable)
        {
            edge.Events.Emit("silent", ("rule", "H7"), ("method", "NOTIFY"), ("from", watcher.To), ("to", watcher.From));
            return;
        }

        void Go() => Put(watcher, state, body, id, contentType, asBenotify || watcher.OffersBenotify);
        if (watcher.IsNotifyOutstanding && !asBenotify) watcher.Waiting.Enqueue(Go);
        else Go();
    }

    private static int? AskedExpires(SipMessage request) =>
        int.TryParse(request.Get("Expires"), NumberStyles.None, CultureInfo.InvariantCulture, out var e) ? e : null;

    private void Put(Watcher watcher, string state, string? body, JsonNode? id, string? contentType, bool asBenotify)
    {
        var method = asBenotify ? "BENOTIFY" : "NOTIFY";
        var lower = edge.Scribe.Profile.LowerCasesState && edge.Scribe.Between(0, 2) == 0;
        var draft = edge.Scribe.InDialog(watcher.Dialog, method).Add("Contact", edge.Scribe.Contact(edge.Person(watcher.To)))
            .Add("Event", "presence").Add(lower ? "subscription-state" : "Subscription-State", state)
            .Body(body is null ? null : contentType ?? watcher.Format, body);
        if (asBenotify)
        {
            edge.Transactions.SendWithoutAnswer(draft);
            return;
        }

        watcher.IsNotifyOutstanding = true;
        edge.Transactions.Send(draft, watcher.Dialog, outcome =>
        {
            if (!outcome.IsFinal) return;
            watcher.IsNotifyOutstanding = false;
            edge.Events.Emit("notify-result", ("for", id), ("from", watcher.To), ("to", watcher.From), ("status", outcome.Status), ("reason", outcome.Reason),
                ("state", state.Split(';')[0]), ("callId", watcher.Dialog.CallId));
            if (watcher.Waiting.TryDequeue(out var next)) next();
            else if (watcher.State == "terminated" || outcome.Status == 481) Forget(watcher);
        });
    }

    private int Judge(Incoming incoming, Person person, int? asked, string? format)
    {
        var request = incoming.Request;
        if (request.Get("Event")?.Split(';')[0].Trim() != "presence") return Refuse(incoming, 489, 2000, "Bad event", d => d.Add("Allow-Events", "presence"));
        if (!edge.IsOurs(person.Address)) return Refuse(incoming, 404, 1005, "Cannot route to destination domain");
        if (person.SubscribeStatus != 0) return Refuse(incoming, person.SubscribeStatus, 2000, "by switch");
        if (person.Policy == WatchPolicy.Unknown) return Refuse(incoming, 404, 1003, "User does not exist");
        if (person.Policy == WatchPolicy.Deny) return Refuse(incoming, 403, 1002, "From URI not authorized to communicate with federated partners");
        if (format is null) return Refuse(incoming, 406, 2000, "None of these formats");
        if (asked is > 0 && person.ExpiresMin is { } min && asked < min)
            return Refuse(incoming, 423, 2000, "Too brief", d => d.Add("Min-Expires", min.ToString(CultureInfo.InvariantCulture)));
        return person.Policy == WatchPolicy.Pending ? 202 : 200;
    }

    private static int Refuse(Incoming incoming, int status, int diagnostic, string reason, Action<SipDraft>? more = null)
    {
        incoming.Refuse(status, diagnostic, reason, null, more);
        return status;
    }

    private Watcher Open(Incoming incoming, Person person, string format)
    {
        var request = incoming.Request;
        var dialog = new Dialog
        {
            CallId = request.CallId, LocalTag = incoming.LocalTag, Local = person.Address, Remote = request.From.Person,
            LocalText = (request.Get("To") ?? "") + ";tag=" + incoming.LocalTag, RemoteText = request.Get("From") ?? "",
            OwnRecordRoutes = incoming.OwnRecordRoutes, ExpectedRoutes = [.. incoming.OwnRecordRoutes.Select(SipText.Bracketed)], RemoteCSeq = request.CSeq,
        };
        dialog.TakeRemote(request, request.From, edge.Inspector);
        var watcher = new Watcher
        {
            Dialog = dialog, From = dialog.Remote, To = person.Address, Format = format, ExpiresAt = default, OffersBenotify = request.Lists("Supported", "ms-benotify"),
            OffersPiggyback = request.Lists("Supported", "ms-piggyback-first-notify"),
        };
        dialog.Usage = watcher;
        edge.Dialogs.Add(dialog);
        return watcher;
    }

    private void Grant(Watcher watcher, Incoming incoming, Person person, int? asked, int status)
    {
        var granted = asked is { } a ? Math.Min(a, person.ExpiresMax ?? 30_000) : person.ExpiresMax ?? edge.Scribe.Between(23_000, 30_000);
        watcher.ExpiresAt = edge.Clock.UtcNow.AddSeconds(granted);
        watcher.ExpiryTimer?.Dispose();
        if (granted > 0) watcher.ExpiryTimer = edge.Clock.After(granted * 1000, () => Expire(watcher, person));
        var contact = edge.Scribe.Contact(edge.Person(watcher.To));
        watcher.State = status == 202 ? "pending" : "active";
        var isPiggybacked = watcher is { State: "active", Dialog.LocalCSeq: 0 } && (watcher.OffersPiggyback || person.Piggybacks);
        void Reply() => incoming.Answer(status, null, d =>
        {
            d.Add("Contact", contact).Add("Event", "presence").Add("Expires", granted.ToString(CultureInfo.InvariantCulture));
            if (isPiggybacked) Piggyback(watcher, d, granted);
        });
        if (isPiggybacked)
        {
            Reply();
            if (granted == 0) watcher.State = "terminated";
            return;
        }

        if (!person.NotifiesFirst) Reply();
        if (granted == 0)
        {
            Notify(watcher, "terminated;reason=timeout", Document(watcher));
            watcher.State = "terminated";
        }
        else
        {
            Notify(watcher, StateHeader(watcher, watcher.State), watcher.State == "pending" ? null : Document(watcher));
        }

        if (person.NotifiesFirst) Reply();
    }

    /// <summary>The first notification inside the 200 itself (field fact B3): it takes a number of the dialog's CSeq space.</summary>
    private void Piggyback(Watcher watcher, SipDraft draft, int granted) =>
        draft.Add("ms-piggyback-cseq", (++watcher.Dialog.LocalCSeq).ToString(CultureInfo.InvariantCulture))
            .Add("subscription-state", granted == 0 ? "terminated;reason=timeout" : StateHeader(watcher, "active")).Body(watcher.Format, Document(watcher));

    private void Expire(Watcher watcher, Person person)
    {
        if (!person.ExpiresSilently)
        {
            Terminate(watcher, "timeout", null);
            return;
        }

        edge.Events.Emit("expired", ("from", watcher.To), ("to", watcher.From), ("callId", watcher.Dialog.CallId));
        Forget(watcher);
    }

    private string StateHeader(Watcher watcher, string state)
    {
        var left = Math.Max(0, (int)Math.Ceiling((watcher.ExpiresAt - edge.Clock.UtcNow).TotalSeconds));
        return state + ";expires=" + left.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A blocked watcher sees an offline user and nothing else (field fact B7 rule 2).</summary>
    private string Document(Watcher watcher)
    {
        var person = edge.Person(watcher.To);
        var isBlocked = person.Policy == WatchPolicy.Block || person.Blocked.Contains(watcher.From);
        return DocumentWriter.Write(watcher.Format, watcher.To, person.DisplayName, isBlocked ? ShownState.Offline : person.Shown);
    }

    private void CheckOffer(SipMessage request)
    {
        if (request.Get("Accept") is { } accept && !request.Lists("Accept", DocumentWriter.Pidf))
            edge.Events.Violation("B1", "accept", "Accept lacks application/pidf+xml: " + accept, request.CallId);
        if (request.Get("Proxy-Require") is { } required) edge.Events.Violation("B3", "proxy-require", "Proxy-Require: " + required, request.CallId);
    }
}

using System.Text.Json.Nodes;
using LyncEdge.Control;
using LyncEdge.Dialogs;
using LyncEdge.Wire;

namespace LyncEdge.Talk;

/// <summary>Conversations our users start or take part in, from INVITE to BYE (field facts C1–C5). Arrivals are the callee's part.</summary>
public sealed class TalkDesk
{
    private readonly AccessEdge _edge;
    private readonly InviteWriter _writer;
    private readonly CalleeDesk _callee;
    private readonly SessionClock _session;

    public TalkDesk(AccessEdge edge)
    {
        _edge = edge;
        _writer = new InviteWriter(edge);
        _session = new SessionClock(edge, this);
        _callee = new CalleeDesk(edge, this, _session);
    }

    public IEnumerable<Conversation> All => _edge.Dialogs.All.Select(d => d.Usage).OfType<Conversation>();

    /// <summary>Pairs (ours, theirs) whose next arriving INVITE meets one of ours: glare.</summary>
    public Dictionary<(string, string), InviteWish> Glares { get; } = [];

    /// <summary>The conversation a new line goes into: the latest that stands, else the latest being called.</summary>
    public Conversation? Current(string local, string remote) =>
        All.Where(c => c.Local == local && c.Remote == remote && c.IsLive).MaxBy(c => c.Dialog.Number)
        ?? All.Where(c => c.Local == local && c.Remote == remote && c is { IsOutgoing: true, State: "calling" }).MaxBy(c => c.Dialog.Number);

    public void Say(OutgoingText text, InviteWish wish, bool always)
    {
        if (!always && Current(wish.From, wish.To) is { } conversation)
        {
            conversation.Waiting.Enqueue(text);
            Flush(conversation);
            return;
        }

        Call(wish with { First = text });
    }

    public Conversation Call(InviteWish wish)
    {
        var tag = _edge.Scribe.ClientTag();
        var routes = _edge.Scribe.RecordRoutes();
        // A client that knows an endpoint of the callee names it by epid, without a tag (field fact A7).
        var epid = _edge.Scribe.Between(0, 3) == 0 ? ";epid=" + _edge.Scribe.Hex(10) : "";
        var dialog = new Dialog
        {
            CallId = _edge.Scribe.CallId(), LocalTag = tag, Local = wish.From, Remote = wish.To, LocalText = _edge.Scribe.LocalText(_edge.Person(wish.From), tag),
            RemoteText = "<sip:" + wish.To + ">" + epid, OwnRecordRoutes = routes, ExpectedRoutes = [.. routes.Select(SipText.Bracketed)], LocalCSeq = 1,
        };
        var conversation = new Conversation
        {
            Dialog = dialog, Local = wish.From, Remote = wish.To, IsOutgoing = true, OurTypes = _edge.Scribe.Profile.AcceptTypes.Split(' '), Embedded = wish.First,
        };
        dialog.Usage = conversation;
        _edge.Dialogs.Add(dialog);
        conversation.Invite = _edge.Transactions.Send(_writer.Write(wish, dialog, routes), dialog, o => OnInviteAnswer(conversation, wish, o),
            _edge.Links.Chosen(wish.Connection));
        return conversation;
    }

    public void OnInvite(Incoming incoming) => _callee.OnInvite(incoming);

    public void OnInDialog(Conversation conversation, Incoming incoming) => _callee.OnInDialog(conversation, incoming);

    public void OnCancel(Incoming incoming) => _callee.OnCancel(incoming);

    public int ReleaseHeld(string local) => _callee.Release(local);

    /// <summary>Sends the next waiting line, one outstanding at a time (field fact C4).</summary>
    public void Flush(Conversation conversation)
    {
        if (!conversation.IsLive || conversation.Outstanding is not null || !conversation.Waiting.TryDequeue(out var text)) return;
        if (IsSilent(conversation, "MESSAGE"))
        {
            Report(conversation, text, 0, "silent: no FQDN to send to", "message");
            return;
        }

        conversation.Outstanding = text;
        var draft = _edge.Scribe.InDialog(conversation.Dialog, "MESSAGE").Add("Supported", "ms-dialog-route-set-update").Add("Supported", "timer")
            .AddLines(text.Extra).Body(text.ContentType, text.Body);
        _edge.Transactions.Send(draft, conversation.Dialog, o => OnMessageAnswer(conversation, text, o));
    }

    public void Type(Conversation conversation, bool isTyping, JsonNode? id) => Request(conversation, "INFO", "application/xml",
        "<?xml version=\"1.0\"?><KeyboardActivity><status status=\"" + (isTyping ? "type" : "idle") + "\" /></KeyboardActivity>", [], id);

    /// <summary>Any request inside the dialog: INFO, UPDATE, REFER, re-INVITE, what a test wants.</summary>
    public void Request(Conversation conversation, string method, string? type, string? body, IReadOnlyList<string> extra, JsonNode? id)
    {
        if (IsSilent(conversation, method)) return;
        var draft = _edge.Scribe.InDialog(conversation.Dialog, method);
        if (method is "INVITE" or "UPDATE") draft.Add("Contact", _edge.Scribe.Contact(_edge.Person(conversation.Local))).Add("Supported", "timer");
        draft.AddLines(extra).Body(type, body);
        _edge.Transactions.Send(draft, conversation.Dialog, o =>
        {
            if (!o.IsFinal) return;
            if (method == "INVITE" && o.IsSuccess) Acknowledge(conversation.Dialog, o.Response!);
            if (method is "INVITE" or "UPDATE" && o.IsSuccess) _session.Agreed(conversation, o.Response!.Get("Session-Expires"), isAsker: true);
            _edge.Events.Emit("request-result", ("for", id), ("method", method), ("from", conversation.Local), ("to", conversation.Remote), ("status", o.Status),
                ("reason", o.Reason), ("diagnostics", o.Diagnostics), ("contentType", o.Response?.MediaType), ("callId", conversation.Dialog.CallId));
        });
    }

    /// <summary>The user closes the window (field fact C5); a call not yet answered is cancelled.</summary>
    public void Close(Conversation conversation, JsonNode? id)
    {
        if (conversation is { State: "calling", Invite: { } invite })
        {
            _edge.Transactions.Cancel(invite);
            return;
        }

        if (conversation.Arriving is { IsAnswered: false } arriving)
        {
            arriving.Refuse(480, 10003, "Proxy returned a SIP failure code");
            End(conversation, "not answered");
            return;
        }

        Request(conversation, "BYE", null, null, ["ms-client-diagnostics: 51004;reason=\"Action initiated by user\""], id);
        End(conversation, "closed");
    }

    public void End(Conversation conversation, string why)
    {
        if (conversation.State == "ended") return;
        conversation.State = "ended";
        conversation.AnswerTimer?.Dispose();
        conversation.SessionTimer?.Dispose();
        _edge.Dialogs.Remove(conversation.Dialog);
        _edge.Events.Emit("ended", ("from", conversation.Local), ("to", conversation.Remote), ("why", why), ("callId", conversation.Dialog.CallId));
        while (conversation.Waiting.TryDequeue(out var text)) Report(conversation, text, 0, "conversation ended", "queue");
    }

    /// <summary>A 2xx of an INVITE came again: its ACK was late or lost on the way.</summary>
    public bool AcknowledgeAgain(SipMessage response)
    {
        if (response.From.Tag is not { } tag || _edge.Dialogs.Find(response.CallId + ":" + tag) is not { Usage: Conversation } dialog) return false;
        Acknowledge(dialog, response);
        return true;
    }

    public void Report(Conversation conversation, OutgoingText text, int status, string reason, string carriedBy, string? diagnostics = null) =>
        _edge.Events.Emit("message-result", ("for", text.Id), ("from", conversation.Local), ("to", conversation.Remote), ("status", status), ("reason", reason),
            ("by", carriedBy), ("diagnostics", diagnostics), ("callId", conversation.Dialog.CallId));

    private bool IsSilent(Conversation conversation, string method)
    {
        if (conversation.Dialog.IsReachable) return false;
        _edge.Events.Emit("silent", ("rule", "H7"), ("method", method), ("from", conversation.Local), ("to", conversation.Remote));
        return true;
    }

    private void Acknowledge(Dialog dialog, SipMessage response) =>
        _edge.Transactions.SendWithoutAnswer(_edge.Scribe.InDialog(dialog, "ACK", response.CSeq));

    private void OnInviteAnswer(Conversation conversation, InviteWish wish, Outcome outcome)
    {
        if (!outcome.IsFinal)
        {
            _edge.Events.Emit("invite-progress", ("for", wish.Id), ("from", wish.From), ("to", wish.To), ("status", outcome.Status), ("callId", conversation.Dialog.CallId));
            return;
        }

        var sdp = outcome.Response is { } r ? Sdp.Read(r.BodyText) : default;
        var claims = outcome.IsSuccess && outcome.Response!.Lists("Supported", "ms-text-format");
        _edge.Events.Emit("invite-result", ("for", wish.Id), ("kind", wish.Kind), ("from", wish.From), ("to", wish.To), ("status", outcome.Status), ("reason", outcome.Reason),
            ("claimed", outcome.IsSuccess ? claims : null), ("accepts", sdp.AcceptTypes), ("diagnostics", outcome.Diagnostics), ("callId", conversation.Dialog.CallId));
        if (wish.MustBeRefused && outcome.Status is not (420 or 488 or 415))
            _edge.Events.Violation("H21", "must-refuse", wish.Kind + " INVITE answered " + outcome.Status, conversation.Dialog.CallId);
        if (outcome.IsSuccess) Established(conversation, outcome.Response!, claims);
        else Refused(conversation, outcome);
    }

    private void Established(Conversation conversation, SipMessage response, bool claims)
    {
        conversation.Dialog.TakeRemote(response, response.To, _edge.Inspector);
        _edge.Inspector.DialogCreation(response);
        Acknowledge(conversation.Dialog, response);
        var (token, types) = Sdp.Read(response.BodyText);
        if (token != _edge.Scribe.Profile.MediaToken)
            _edge.Events.Violation("C1", "media-token", "answer has " + (token ?? "no message line") + " for " + _edge.Scribe.Profile.MediaToken, response.CallId);
        conversation.PeerTypes = types;
        conversation.State = "established";
        _session.Agreed(conversation, response.Get("Session-Expires"), isAsker: true);
        if (conversation.Embedded is { } first)
        {
            conversation.Embedded = null;
            if (claims && _edge.Scribe.Profile.EmbedsFirstMessage) Report(conversation, first, 200, "claimed by the answer", "embedded");
            else Requeue(conversation, first);
        }

        Flush(conversation);
    }

    private void Refused(Conversation conversation, Outcome outcome)
    {
        if (conversation.Embedded is { } first) Report(conversation, first, outcome.Status, outcome.Reason, "invite", outcome.Diagnostics);
        while (conversation.Waiting.TryDequeue(out var text)) Report(conversation, text, outcome.Status, outcome.Reason, "invite", outcome.Diagnostics);
        End(conversation, "refused " + outcome.Status);
    }

    private static void Requeue(Conversation conversation, OutgoingText first)
    {
        var later = conversation.Waiting.ToArray();
        conversation.Waiting.Clear();
        conversation.Waiting.Enqueue(first);
        foreach (var text in later) conversation.Waiting.Enqueue(text);
    }

    private void OnMessageAnswer(Conversation conversation, OutgoingText text, Outcome outcome)
    {
        if (!outcome.IsFinal) return;
        conversation.Outstanding = null;
        // The other side lost the dialog: build it anew and say the line once more (field facts A7, C5).
        if (outcome.Status is 481 && !text.WasResent)
        {
            _edge.Events.Emit("rebuild", ("from", conversation.Local), ("to", conversation.Remote), ("status", outcome.Status), ("callId", conversation.Dialog.CallId));
            var rest = conversation.Waiting.ToArray();
            conversation.Waiting.Clear();
            End(conversation, "lost by the gateway");
            var again = Call(new InviteWish { Id = text.Id, From = conversation.Local, To = conversation.Remote, First = text with { WasResent = true }, Embeds = false });
            foreach (var one in rest) again.Waiting.Enqueue(one);
            return;
        }

        Report(conversation, text, outcome.Status, outcome.Reason, "message", outcome.Diagnostics);
        Flush(conversation);
    }
}

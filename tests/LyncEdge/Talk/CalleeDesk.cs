using System.Xml;
using System.Xml.Linq;
using LyncEdge.Control;
using LyncEdge.Dialogs;
using LyncEdge.Wire;

namespace LyncEdge.Talk;

/// <summary>What our users' clients do with the gateway's INVITEs and with what follows in the dialog (field facts H17–H20).</summary>
public sealed class CalleeDesk(AccessEdge edge, TalkDesk desk, SessionClock session)
{
    private const int AckWithinMs = 10_000;
    private readonly HashSet<string> _conversationIds = new(StringComparer.Ordinal);

    public void OnInvite(Incoming incoming)
    {
        var request = incoming.Request;
        var local = request.To.Person;
        edge.Inspector.DialogCreation(request);
        JudgeOffer(request);
        var person = edge.Person(local);
        var types = Sdp.Read(request.BodyText).AcceptTypes;
        edge.Events.Emit("invite", ("from", request.From.Person), ("to", local), ("accepts", types), ("mode", person.Callee.Mode), ("callId", request.CallId));
        if (!edge.IsOurs(local))
        {
            incoming.Refuse(404, 1005, "Cannot route to destination domain");
            return;
        }

        if (person.Policy == WatchPolicy.Unknown)
        {
            incoming.Refuse(404, 1003, "User does not exist");
            return;
        }

        var conversation = Open(incoming, person, types);
        if (desk.Glares.Remove((local, conversation.Remote), out var ours)) desk.Call(ours);
        Ring(conversation, incoming, person.Callee);
        switch (person.Callee.Mode)
        {
            case "silent":
                break;
            case "hold":
                conversation.State = "held";
                break;
            default:
                if (person.Callee.AfterMs <= 0) Decide(conversation, incoming, person.Callee);
                else conversation.AnswerTimer = edge.Clock.After(person.Callee.AfterMs, () => Decide(conversation, incoming, person.Callee));
                break;
        }
    }

    public int Release(string local)
    {
        var held = desk.All.Where(c => c.Local == local && c.State == "held").ToList();
        foreach (var conversation in held) Accept(conversation, conversation.Arriving!, edge.Person(local).Callee);
        return held.Count;
    }

    public void OnCancel(Incoming cancel)
    {
        var request = cancel.Request;
        var ringing = desk.All.FirstOrDefault(c => c.Arriving is { IsAnswered: false } i && i.Request.TopBranch == request.TopBranch);
        cancel.Answer(ringing is null ? 481 : 200);
        edge.Events.Emit("cancel", ("from", request.From.Person), ("to", request.To.Person), ("callId", request.CallId), ("found", ringing is not null));
        if (ringing is null) return;
        ringing.Arriving!.Answer(487);
        desk.End(ringing, "cancelled");
    }

    public void OnInDialog(Conversation conversation, Incoming incoming)
    {
        switch (incoming.Request.Method)
        {
            case "ACK":
                conversation.AnswerTimer?.Dispose();
                edge.Events.Emit("ack", ("from", conversation.Remote), ("to", conversation.Local), ("callId", conversation.Dialog.CallId));
                desk.Flush(conversation);
                break;
            case "MESSAGE":
                OnMessage(conversation, incoming);
                break;
            case "INFO":
                OnInfo(conversation, incoming);
                break;
            case "BYE":
                incoming.Answer(200);
                desk.End(conversation, "bye");
                break;
            case "INVITE" or "UPDATE":
                edge.Events.Emit("reinvite", ("from", conversation.Remote), ("to", conversation.Local), ("method", incoming.Request.Method), ("callId", conversation.Dialog.CallId));
                AnswerSession(conversation, incoming, edge.Person(conversation.Local).Callee);
                break;
            case "OPTIONS":
                incoming.Answer(200);
                break;
            default:
                edge.Events.Violation("C5", "method", incoming.Request.Method + " in a conversation", incoming.Request.CallId);
                incoming.Answer(405);
                break;
        }
    }

    private Conversation Open(Incoming incoming, Person person, string types)
    {
        var request = incoming.Request;
        var ourTypes = person.Callee.AcceptTypes ?? edge.Scribe.Profile.AcceptTypes;
        var dialog = new Dialog
        {
            CallId = request.CallId, LocalTag = incoming.LocalTag, Local = person.Address, Remote = request.From.Person,
            LocalText = (request.Get("To") ?? "") + ";tag=" + incoming.LocalTag, RemoteText = request.Get("From") ?? "",
            OwnRecordRoutes = incoming.OwnRecordRoutes, ExpectedRoutes = [.. incoming.OwnRecordRoutes.Select(SipText.Bracketed)], RemoteCSeq = request.CSeq,
        };
        dialog.TakeRemote(request, request.From, edge.Inspector);
        var conversation = new Conversation
        {
            Dialog = dialog, Local = person.Address, Remote = dialog.Remote, IsOutgoing = false, State = "ringing", OurTypes = ourTypes.Split(' '),
            PeerTypes = types, Arriving = incoming, Invite = request,
        };
        dialog.Usage = conversation;
        edge.Dialogs.Add(dialog);
        return conversation;
    }

    private void Ring(Conversation conversation, Incoming incoming, CalleeHabit habit)
    {
        foreach (var status in habit.Provisionals)
        {
            for (var fork = 0; fork < (status == 100 ? 1 : habit.Forks); fork++)
            {
                // The endpoint that answers is the first; the others ring with tags of their own (field fact C2).
                var tag = fork == 0 ? conversation.Dialog.LocalTag : edge.Scribe.ClientTag();
                incoming.Answer(status, null, d =>
                {
                    if (status == 101) d.Add("ms-diagnostics", "13004;reason=\"Request was proxied to one or more registered endpoints\";source=\"" + edge.Options.Fqdn + "\"");
                    if (status > 100) d.Add("Contact", edge.Scribe.Contact(edge.Person(conversation.Local)));
                }, tag);
            }
        }
    }

    private void Decide(Conversation conversation, Incoming incoming, CalleeHabit habit)
    {
        if (incoming.IsAnswered) return;
        if (habit.Mode == "accept")
        {
            Accept(conversation, incoming, habit);
            return;
        }

        incoming.Refuse(habit.Status, 10003, "Proxy returned a SIP failure code", habit.Phrase, d => d.Add("Warning", habit.Warning
            ?? (habit.Status == 606 ? "309 " + edge.Options.Fqdn + " \"Message contents not allowed by policy\"" : null)));
        desk.End(conversation, "refused " + habit.Status);
    }

    private void Accept(Conversation conversation, Incoming incoming, CalleeHabit habit)
    {
        var older = desk.All.Where(c => c != conversation && c.Local == conversation.Local && c.Remote == conversation.Remote && c.IsLive && !c.IsOutgoing).ToList();
        AnswerSession(conversation, incoming, habit);
        conversation.State = "established";
        conversation.Arriving = null;
        conversation.AnswerTimer = edge.Clock.After(AckWithinMs, () => edge.Events.Violation("RFC3261", "ack-missing", "no ACK within 10 s", conversation.Dialog.CallId));
        edge.Events.Emit("established", ("from", conversation.Remote), ("to", conversation.Local), ("callId", conversation.Dialog.CallId));
        // A second INVITE of the same pair means the peer started again: the older dialog gets its BYE (field fact C5).
        foreach (var one in older) desk.Close(one, id: null);
    }

    private void AnswerSession(Conversation conversation, Incoming incoming, CalleeHabit habit)
    {
        var types = habit.AcceptTypes ?? edge.Scribe.Profile.AcceptTypes;
        var token = Sdp.Read(incoming.Request.BodyText).MediaToken ?? "message";
        // What the gateway asks for is granted, and whoever asked refreshes (RFC 4028 §9).
        var interval = incoming.Request.Get("Session-Expires");
        if (interval is not null && SipText.Parameter(interval, "refresher") is null) interval += ";refresher=uac";
        session.Agreed(conversation, interval, isAsker: false);
        incoming.Answer(200, null, d =>
        {
            d.Add("Session-Expires", interval).Add("Require", interval is null ? null : "timer");
            d.Add("Contact", edge.Scribe.Contact(edge.Person(conversation.Local))).Add("Allow", "INVITE, BYE, ACK, CANCEL, INFO, MESSAGE, UPDATE, REFER, NOTIFY, BENOTIFY");
            foreach (var tag in edge.Scribe.Profile.InviteSupported.Where(t => t is not ("ms-embedded-first-message" or "ms-delayed-accept"))) d.Add("Supported", tag);
            if (incoming.Request.Method == "INVITE" || incoming.Request.Body.Length > 0) d.Body("application/sdp", Sdp.Answer(token, conversation.Local, types));
        });
    }

    private void OnMessage(Conversation conversation, Incoming incoming)
    {
        var request = incoming.Request;
        var habit = edge.Person(conversation.Local).OnMessage;
        conversation.Unanswered++;
        if (conversation.Unanswered > 1) edge.Events.Violation("C4", "two-outstanding", "a MESSAGE while the one before is unanswered", request.CallId);
        if (request.MediaType == "application/im-iscomposing+xml")
        {
            OnComposing(conversation, incoming);
            return;
        }

        if (!conversation.OurTypes.Contains(request.MediaType)) edge.Events.Violation("C4", "content-type", request.MediaType + " is not in our accept-types", request.CallId);
        var status = StatusFor(conversation, habit, request);
        edge.Events.Emit("message", ("from", conversation.Remote), ("to", conversation.Local), ("text", request.BodyText), ("contentType", request.MediaType),
            ("status", status), ("cseq", request.CSeq), ("callId", request.CallId), ("subject", request.Get("Subject")));
        void Answer()
        {
            conversation.Unanswered--;
            if (status == 481) desk.End(conversation, "forgotten");
            if (status is >= 200 and < 300) incoming.Answer(status);
            else incoming.Refuse(status, 10003, "Proxy returned a SIP failure code", habit.Phrase ?? (status == 500 ? "Stale CSeq Value" : null), d => d.Add("Warning", habit.Warning));
            if (status == 200 && edge.Person(conversation.Local).Callee.Echoes) Echo(conversation, request.BodyText);
        }

        if (status == 0) return;
        if (habit.AfterMs > 0) edge.Clock.After(habit.AfterMs, Answer);
        else Answer();
    }

    private void Echo(Conversation conversation, string text)
    {
        var (type, body) = TextForm.Of("plain", "echo: " + text);
        conversation.Waiting.Enqueue(new OutgoingText(null, "echo: " + text, type, body));
        desk.Flush(conversation);
    }

    /// <summary>Counts the habit down; a switch for HTML leaves plain lines alone.</summary>
    private int StatusFor(Conversation conversation, MessageHabit habit, SipMessage request)
    {
        if (habit.Status == 200 || habit.Times == 0 || (habit.OnlyHtml && request.MediaType != "text/html")) return 200;
        if (habit.Times > 0) edge.Person(conversation.Local).OnMessage = habit with { Times = habit.Times - 1 };
        return habit.Status;
    }

    private void OnComposing(Conversation conversation, Incoming incoming)
    {
        var request = incoming.Request;
        if (!conversation.OurTypes.Contains(request.MediaType))
            edge.Events.Violation("H18", "iscomposing", "isComposing was sent although not in our accept-types", request.CallId);
        var state = ReadXml(request)?.Elements().FirstOrDefault(e => e.Name.LocalName == "state")?.Value;
        edge.Events.Emit("typing", ("from", conversation.Remote), ("to", conversation.Local), ("state", state == "active" ? "type" : state), ("form", "iscomposing"), ("callId", request.CallId));
        conversation.Unanswered--;
        incoming.Answer(200);
    }

    private void OnInfo(Conversation conversation, Incoming incoming)
    {
        var request = incoming.Request;
        var activity = ReadXml(request);
        if (activity?.Name.LocalName == "KeyboardActivity")
        {
            var state = (string?)activity.Elements().FirstOrDefault()?.Attribute("status");
            edge.Events.Emit("typing", ("from", conversation.Remote), ("to", conversation.Local), ("state", state), ("form", "info"), ("callId", request.CallId));
        }
        else
        {
            edge.Events.Violation("C4", "info", "INFO with " + request.MediaType, request.CallId);
        }

        incoming.Answer(200);
    }

    private XElement? ReadXml(SipMessage request)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(request.BodyText), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return XDocument.Load(reader).Root;
        }
        catch (XmlException e)
        {
            edge.Events.Violation("C4", "body", e.Message, request.CallId);
            return null;
        }
    }

    private void JudgeOffer(SipMessage request)
    {
        var (token, types) = Sdp.Read(request.BodyText);
        if (request.MediaType != "application/sdp" || token is null) edge.Events.Violation("C6", "offer", "INVITE without a message description", request.CallId);
        if (!types.Split(' ').Contains("text/plain")) edge.Events.Violation("C6", "accept-types", "accept-types: " + types, request.CallId);
        if (request.Get("Ms-Conversation-ID") is { } id && !_conversationIds.Add(id))
            edge.Events.Violation("C6", "conversation-id", "Ms-Conversation-ID was used before: " + id, request.CallId);
        if (request.Get("Require") is { } require) edge.Events.Violation("A7", "require", "INVITE requires " + require, request.CallId);
    }
}

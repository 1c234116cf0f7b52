using System.Text;
using LyncEdge.Control;
using LyncEdge.Links;
using LyncEdge.Wire;

namespace LyncEdge.Dialogs;

/// <summary>Requests waiting for their final response (RFC 3261 §17.1; TLS, so nothing is ever sent twice).</summary>
public sealed class ClientTransactions(AccessEdge edge)
{
    private const int NonInviteMs = 32_000;
    private const int InviteMs = 180_000;
    private readonly Dictionary<string, Pending> _pending = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unanswerable = new(StringComparer.Ordinal);

    public int Count => _pending.Count;

    /// <summary>Sends a request over the next connection and calls back for each response, or once when none will come.</summary>
    public SipMessage Send(SipDraft draft, Dialog? dialog, Action<Outcome> onOutcome, Link? through = null)
    {
        var (bytes, sent) = Write(draft);
        var link = through ?? edge.Links.Next();
        if (link is null)
        {
            edge.Post(() => onOutcome(new Outcome(0, null, "no connection and nowhere to dial")));
            return sent;
        }

        var branch = sent.TopBranch;
        var timer = edge.Clock.After(sent.Method == "INVITE" ? InviteMs : NonInviteMs, () => Expire(branch));
        _pending[branch] = new Pending(sent, link, dialog, onOutcome, timer);
        edge.Put(link, sent, bytes);
        return sent;
    }

    /// <summary>ACK and BENOTIFY: no response may come back (field fact B3).</summary>
    public SipMessage? SendWithoutAnswer(SipDraft draft, Link? through = null)
    {
        var (bytes, sent) = Write(draft);
        var link = through ?? edge.Links.Next();
        if (link is null) return null;
        if (sent.Method == "BENOTIFY") _unanswerable.Add(sent.TopBranch);
        edge.Put(link, sent, bytes);
        return sent;
    }

    public void On(Link link, SipMessage response)
    {
        var branch = response.TopBranch;
        if (_unanswerable.Contains(branch))
        {
            edge.Events.Violation("H13", "benotify-answered", response.Status + " to BENOTIFY", response.CallId);
            return;
        }

        if (response.CSeqMethod == "CANCEL") return;
        if (!_pending.TryGetValue(branch, out var pending))
        {
            // A second 2xx to an INVITE is a retransmission (RFC 3261 §13.3.1.4) and wants its ACK again; all else is stray.
            if (response is { Status: >= 200 and < 300, CSeqMethod: "INVITE" } && edge.Talks.AcknowledgeAgain(response)) return;
            edge.Events.Emit("stray-response", ("status", response.Status), ("cseq", response.Get("CSeq")), ("callId", response.CallId), ("conn", link.Number));
            return;
        }

        edge.Inspector.Response(pending.Sent, response);
        if (response.Status >= 200) Close(branch, pending);
        if (response.Status >= 300 && pending.Sent.Method == "INVITE") AcknowledgeFailure(pending, response);
        if (response.Status >= 300) NoteBareFailure(response);
        pending.OnOutcome(new Outcome(response.Status, response, response.Phrase));
    }

    public void OnLinkEnd(Link link)
    {
        foreach (var (branch, pending) in _pending.Where(p => p.Value.Link == link).ToArray())
        {
            Close(branch, pending);
            pending.OnOutcome(new Outcome(0, null, "connection lost"));
        }
    }

    /// <summary>CANCEL of a pending INVITE (RFC 3261 §9.1): its own Via and route, nothing else.</summary>
    public bool Cancel(SipMessage invite)
    {
        if (!_pending.TryGetValue(invite.TopBranch, out var pending)) return false;
        var draft = Beside(pending.Sent, "CANCEL").Add("To", pending.Sent.Get("To")).Add("CSeq", pending.Sent.CSeq + " CANCEL");
        var (bytes, sent) = Write(draft);
        edge.Put(pending.Link, sent, bytes);
        return true;
    }

    private (byte[] Bytes, SipMessage Sent) Write(SipDraft draft)
    {
        if (edge.Scribe.Profile.IsHostile) draft.Respell(most => edge.Scribe.Between(0, most));
        var bytes = draft.ToBytes(lengthAt: 3);
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        var sent = SipMessage.Read(Encoding.UTF8.GetString(bytes, 0, end), bytes[(end + 4)..], out var fault);
        return (bytes, sent ?? throw new InvalidOperationException(fault));
    }

    private static SipDraft Beside(SipMessage sent, string method) =>
        new SipDraft(method + " " + sent.RequestUri + " SIP/2.0").Add("Via", sent.Get("Via")).Add("Max-Forwards", "67")
            .AddAll("Route", sent.All("Route")).Add("From", sent.Get("From")).Add("Call-ID", sent.CallId);

    private void AcknowledgeFailure(Pending pending, SipMessage response)
    {
        var draft = Beside(pending.Sent, "ACK").Add("To", response.Get("To")).Add("CSeq", pending.Sent.CSeq + " ACK");
        var (bytes, sent) = Write(draft);
        edge.Put(pending.Link, sent, bytes);
    }

    /// <summary>A real edge wraps a failure without diagnostics as 1034 for its own side (field fact H23).</summary>
    private void NoteBareFailure(SipMessage response)
    {
        if (response.Get("ms-diagnostics-public") is not null || response.Get("ms-diagnostics") is not null) return;
        edge.Events.Emit("diagnostics", ("id", 1034), ("status", response.Status), ("callId", response.CallId),
            ("text", "1034;reason=\"Previous hop federated peer did not report diagnostic information\";PeerServer=\"" + edge.Options.GatewayHost + "\""));
    }

    private void Expire(string branch)
    {
        if (!_pending.TryGetValue(branch, out var pending)) return;
        Close(branch, pending);
        edge.Events.Violation("RFC3261", "no-final-response", pending.Sent.Method + " was never answered", pending.Sent.CallId);
        pending.OnOutcome(new Outcome(0, null, "timeout"));
    }

    private void Close(string branch, Pending pending)
    {
        pending.Timer.Dispose();
        _pending.Remove(branch);
    }

    private sealed record Pending(SipMessage Sent, Link Link, Dialog? Dialog, Action<Outcome> OnOutcome, IDisposable Timer);
}

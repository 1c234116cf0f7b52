using System.Text;
using LyncEdge.Links;
using LyncEdge.Wire;

namespace LyncEdge.Dialogs;

/// <summary>A request from the gateway and the means to answer it, over the connection it came by.</summary>
public sealed class Incoming(AccessEdge edge, Link link, SipMessage request)
{
    public SipMessage Request => request;

    public Link Link => link;

    public bool IsAnswered { get; private set; }

    /// <summary>The tag our side has in this dialog-to-be.</summary>
    public string LocalTag { get; } = request.To.Tag is { Length: > 0 } tag ? tag : edge.Scribe.ServerTag();

    public IReadOnlyList<string> OwnRecordRoutes { get; } = request.To.Tag is { Length: > 0 } ? [] : edge.Scribe.RecordRoutes();

    public void Answer(int status, string? phrase = null, Action<SipDraft>? more = null, string? tag = null)
    {
        if (IsAnswered && status >= 200) return;
        if (status >= 200) IsAnswered = true;
        if (request.Method is "ACK" or "BENOTIFY") return;
        var draft = new SipDraft("SIP/2.0 " + status + " " + (phrase ?? Phrases.Of(status)));
        draft.AddLines(request.Headers.Where(h => h.Name.Equals("Via", StringComparison.OrdinalIgnoreCase) || h.Name == "v").Select(h => "Via: " + h.Value));
        if (status is > 100 and < 300 && request.Method is "INVITE" or "SUBSCRIBE" or "UPDATE")
            draft.AddAll("Record-Route", OwnRecordRoutes.Reverse().Concat(request.All("Record-Route")));
        draft.Add("From", request.Get("From")).Add("To", ToText(status, tag)).Add("Call-ID", request.CallId).Add("CSeq", request.Get("CSeq"));
        draft.Add(status is >= 200 and < 300 ? "User-Agent" : "Server", status is >= 200 and < 300 ? edge.Scribe.Profile.UserAgent : edge.Scribe.Profile.Server);
        more?.Invoke(draft);
        Send(draft);
    }

    /// <summary>A failure; its diagnostics are withheld, private or public by switch (field fact H23).</summary>
    public void Refuse(int status, int diagnostic, string reason, string? phrase = null, Action<SipDraft>? more = null) => Answer(status, phrase, draft =>
    {
        var text = diagnostic + ";reason=\"" + reason + "\"";
        if (edge.Diagnostics is "private" or "both") draft.Add("ms-diagnostics", text + ";source=\"" + edge.Options.Fqdn + "\"");
        if (edge.Diagnostics is "public" or "both") draft.Add("ms-diagnostics-public", text);
        more?.Invoke(draft);
    });

    private string ToText(int status, string? tag)
    {
        var to = request.Get("To") ?? "";
        if (status == 100 || request.To.Tag is { Length: > 0 }) return to;
        return to + ";tag=" + (tag ?? LocalTag);
    }

    private void Send(SipDraft draft)
    {
        if (edge.Scribe.Profile.IsHostile) draft.Respell(most => edge.Scribe.Between(0, most));
        var bytes = draft.ToBytes();
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (SipMessage.Read(Encoding.UTF8.GetString(bytes, 0, end), bytes[(end + 4)..], out _) is { } sent) edge.Put(link, sent, bytes);
    }
}

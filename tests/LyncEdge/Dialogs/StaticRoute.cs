using System.Globalization;
using System.Text;
using LyncEdge.Presence;
using LyncEdge.Wire;

namespace LyncEdge.Dialogs;

/// <summary>
/// The loop of a shared domain (field fact A5): a front end knows the user as little as the gateway does and sends the request on over its
/// static route, which leads back to the gateway. RFC 3261 §16.6: one Via more, one hop less, Record-Route; §16.7: the answer goes back the same way.
/// </summary>
public sealed class StaticRoute(AccessEdge edge)
{
    /// <returns>True when the request goes round instead of being answered here.</returns>
    public bool Takes(Incoming incoming)
    {
        var request = incoming.Request;
        if (!edge.Loops || request.Method is "ACK" or "CANCEL" || !edge.IsOurs(request.To.Person) || edge.Person(request.To.Person).Policy != WatchPolicy.Unknown) return false;
        var hops = int.TryParse(request.Get("Max-Forwards"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 70;
        if (hops == 0)
        {
            incoming.Answer(483);
            return true;
        }

        var draft = new SipDraft(request.Method + " " + edge.Scribe.Target(request.To.Person) + " SIP/2.0").Add("Via", edge.Scribe.TopVia(edge.Scribe.Branch()))
            .AddAll("Record-Route", edge.Scribe.RecordRoutes()).Add("P-Asserted-Identity", "<sip:" + request.From.Person + ">")
            .Add("Max-Forwards", (hops - 1).ToString(CultureInfo.InvariantCulture));
        draft.AddLines(request.Headers.Where(h => !Is(h, "Max-Forwards") && !Is(h, "Content-Length") && !Is(h, "P-Asserted-Identity")).Select(h => h.Name + ": " + h.Value));
        edge.Transactions.Send(draft.Body(null, request.Body.Length > 0 ? request.BodyText : null), null, o => Back(incoming, o));
        return true;
    }

    private void Back(Incoming incoming, Outcome outcome)
    {
        if (outcome.Status == 100) return;
        edge.Events.Emit("loop", ("method", incoming.Request.Method), ("from", incoming.Request.From.Person), ("to", incoming.Request.To.Person), ("status", outcome.Status));
        if (outcome.Response is not { } response)
        {
            incoming.Answer(408);
            return;
        }

        var draft = new SipDraft("SIP/2.0 " + response.Status.ToString(CultureInfo.InvariantCulture) + " " + response.Phrase).AddAll("Via", response.All("Via").Skip(1));
        draft.AddLines(response.Headers.Where(h => !Is(h, "Via") && !Is(h, "Content-Length")).Select(h => h.Name + ": " + h.Value));
        var bytes = draft.Body(null, response.Body.Length > 0 ? response.BodyText : null).ToBytes();
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (SipMessage.Read(Encoding.UTF8.GetString(bytes, 0, end), bytes[(end + 4)..], out _) is { } sent) edge.Put(incoming.Link, sent, bytes);
    }

    private static bool Is(SipHeader header, string name) => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}

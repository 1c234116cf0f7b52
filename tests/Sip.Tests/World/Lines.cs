using System.Globalization;
using System.Text;

namespace Sip.Tests.World;

/// <summary>The bytes an edge sends, written out: shapes of field facts B2 and C1 with fictional names.</summary>
internal static class Lines
{
    public const string Bo = "sip:bo@contoso.example";
    public const string Juliet = "sip:juliet@jabber.example";
    public const string EdgeContact = "<sip:bo@contoso.example;opaque=user:epid:AbCd_illus;gruu>";

    public const string EdgeRoutes =
        "Record-Route: <sip:sip.contoso.example:5061;transport=tls;lr;ms-key-info=AAEC_illus;ms-route-sig=aaZ9illus>\r\n" +
        "Record-Route: <sip:pool.contoso.example:5061;transport=tls;ms-fe=fe01.contoso.example;opaque=state:F;lr>;tag=00AA\r\n";

    public const string MessageSdp =
        "v=0\r\no=- 0 0 IN IP4 10.0.0.9\r\ns=session\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=message 5060 sip null\r\n" +
        "a=accept-types:text/plain multipart/alternative text/rtf text/html \r\n";

    private static int made;

    public static string NewCallId() => "c" + Interlocked.Increment(ref made).ToString("x8", CultureInfo.InvariantCulture);

    public static string NewBranch() => "z9hG4bKedge" + Interlocked.Increment(ref made).ToString("x", CultureInfo.InvariantCulture);

    /// <summary>A request with the headers every request has; <paramref name="headers"/> are whole lines, each ended by CRLF.</summary>
    public static string Request(
        string method, string callId, int cseq, string headers = "", string body = "", string uri = Juliet, string from = $"\"Bo Example\"<{Bo}>;tag=77b1;epid=b84a", string to = $"<{Juliet}>",
        int maxForwards = 67) =>
        $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/TLS 203.0.113.10:5061;branch={NewBranch()};branched=FALSE\r\nMax-Forwards: {maxForwards.ToString(CultureInfo.InvariantCulture)}\r\n" +
        $"Content-Length: {Encoding.UTF8.GetByteCount(body).ToString(CultureInfo.InvariantCulture)}\r\nVia: SIP/2.0/TLS 10.0.0.9:50311;ms-received-port=50311\r\n" +
        $"From: {from}\r\nTo: {to}\r\nCall-ID: {callId}\r\nCSeq: {cseq.ToString(CultureInfo.InvariantCulture)} {method}\r\n{headers}\r\n{body}";

    public static string Options(string callId, int maxForwards = 67) => Request("OPTIONS", callId, 1, maxForwards: maxForwards);

    public static string Subscribe(string callId, int cseq = 1, string toTag = "", string headers = "", int? expires = 3600) => Request(
        "SUBSCRIBE", callId, cseq,
        $"{EdgeRoutes}Contact: {EdgeContact}\r\nEvent: presence\r\n{(expires is { } e ? $"Expires: {e.ToString(CultureInfo.InvariantCulture)}\r\n" : "")}" +
        (headers.Contains("Accept:", StringComparison.Ordinal) ? "" : "Accept: application/msrtc-event-categories+xml, text/xml+msrtc.pidf, application/pidf+xml\r\n") + headers,
        to: Tagged(Juliet, toTag));

    public static string Invite(string callId, int cseq = 1, string toTag = "", string headers = "", string body = MessageSdp) => Request(
        "INVITE", callId, cseq, $"{EdgeRoutes}Contact: {EdgeContact}\r\nUser-Agent: UCCAPI/15.0.4420.1017 OC/15.0.4420.1017 (Microsoft Lync)\r\n{headers}Content-Type: application/sdp\r\n", body,
        to: Tagged(Juliet, toTag));

    public static string Message(string callId, int cseq, string toTag, string body, string type = "text/plain; charset=UTF-8") =>
        Request("MESSAGE", callId, cseq, $"Content-Type: {type}\r\n", body, to: Tagged(Juliet, toTag));

    /// <summary>The CANCEL of a request, as its client writes it: its Via, Request-URI, From, To, Call-ID and CSeq number (RFC 3261 §9.1).</summary>
    public static string CancelOf(string request) => Follows(request, "CANCEL", null);

    /// <summary>The ACK of a refused INVITE: the Via of the INVITE, the To of the answer (RFC 3261 §17.1.1.3).</summary>
    public static string AckOf(string invite, Heard refusal) => Follows(invite, "ACK", refusal["To"]);

    private static string Follows(string request, string method, string? to)
    {
        var head = request[..request.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("\r\n");
        var text = new StringBuilder(method).Append(' ').Append(head[0].Split(' ')[1]).Append(" SIP/2.0\r\n").Append(head.First(l => l.StartsWith("Via:", StringComparison.Ordinal))).Append("\r\n");
        foreach (var name in new[] { "From:", "Call-ID:" }) text.Append(head.First(l => l.StartsWith(name, StringComparison.Ordinal))).Append("\r\n");
        text.Append(to is null ? head.First(l => l.StartsWith("To:", StringComparison.Ordinal)) : "To: " + to).Append("\r\n");
        var number = head.First(l => l.StartsWith("CSeq:", StringComparison.Ordinal)).Split(' ')[1];
        return text.Append("CSeq: ").Append(number).Append(' ').Append(method).Append("\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n").ToString();
    }

    public static string InDialog(string method, string callId, int cseq, string toTag, string headers = "", string body = "") =>
        Request(method, callId, cseq, headers, body, to: Tagged(Juliet, toTag));

    /// <summary>The response to a request of the gateway: Via, Record-Route, From, To with a tag, Call-ID and CSeq copied.</summary>
    public static string Response(Heard request, int status, string headers = "", string body = "", string tag = "edge1", string routes = "")
    {
        // Proxies on the way recorded themselves above what the caller recorded.
        var text = new StringBuilder($"SIP/2.0 {status.ToString(CultureInfo.InvariantCulture)} Because\r\n").Append(routes);
        foreach (var name in new[] { "Via", "Record-Route", "From" })
            foreach (var value in request.All(name)) text.Append(name).Append(": ").Append(value).Append("\r\n");
        text.Append("To: ").Append(request["To"]).Append(request.ToTag.Length > 0 || status == 100 ? "" : $";tag={tag}").Append("\r\n");
        text.Append("Call-ID: ").Append(request["Call-ID"]).Append("\r\nCSeq: ").Append(request["CSeq"]).Append("\r\n");
        return text.Append(headers).Append("Content-Length: ").Append(Encoding.UTF8.GetByteCount(body)).Append("\r\n\r\n").Append(body).ToString();
    }

    /// <summary>The 200 of an edge to our INVITE.</summary>
    public static string Accepted(Heard invite, string tag = "edge1") => Response(
        invite, 200, $"Contact: {EdgeContact}\r\nUser-Agent: UCCAPI/15.0 (Microsoft Lync)\r\nContent-Type: application/sdp\r\n", MessageSdp, tag, EdgeRoutes);

    /// <summary>A request of the edge inside a dialog that the gateway began: From and To are those of the other direction.</summary>
    public static string Back(Heard begun, string method, int cseq, string headers = "", string body = "", string tag = "edge1") =>
        Request(method, begun["Call-ID"], cseq, headers, body, uri: "sip:gw.jabber.example:5061;transport=tls", from: $"{begun["To"]};tag={tag}", to: begun["From"]);

    public static string Pidf(string basic, string activity = "") =>
        "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" xmlns:ep=\"urn:ietf:params:xml:ns:pidf:status:rpid-status\" entity=\"sip:bo@contoso.example\">" +
        $"<tuple id=\"0\"><status><basic>{basic}</basic>{(activity.Length > 0 ? $"<ep:activities><ep:activity>{activity}</ep:activity></ep:activities>" : "")}</status></tuple></presence>";

    public static string Tagged(string uri, string tag) => tag.Length == 0 ? $"<{uri}>" : $"<{uri}>;tag={tag}";
}

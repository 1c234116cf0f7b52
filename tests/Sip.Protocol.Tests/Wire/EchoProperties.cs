using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;

namespace Sip.Protocol.Tests.Wire;

/// <summary>
/// RFC 3261 §8.2.6.2: what a response repeats of its request is repeated byte for byte, however oddly it was spaced, folded, abbreviated, ordered and parameterised. The line break of a fold is the one
/// thing that changes: it comes back as two blanks, which §7.3.1 calls the same.
/// </summary>
[Clause("RFC 3261", "8.2.6.2")]
public sealed class EchoProperties
{
    private static readonly Gen<string> _blank = Gen.Elements("", " ", "  ", "\t", " \t ", "\r\n ", " \r\n\t");

    private static readonly Gen<string> _gap = Gen.Elements(" ", "   ", "\t", "\r\n  ", " \r\n\t ");

    private static readonly Gen<string> _parameters = Gen.Elements(
        "branched=FALSE", "ms-received-port=50311", "ms-internal-info=\"ab;c,d\\\" <x>\"", "rport", "received=[2001:db8::9:255]", "x.y!~'=z", "ttl=16", "UnKnown", "epid=b84a59c035", "lr",
        "note=\"Zoë, 😀\"").ListOf().Select(p => p.Distinct().Take(4)).SelectMany(Spaced);

    private static readonly Gen<string> _via =
        from protocol in Gen.Elements("SIP/2.0/TLS", "SIP / 2.0 / TCP", "SIP  /\r\n 2.0/UDP", "sip/2.0/TLS")
        from gap in _gap
        from sent in Gen.Elements("203.0.113.10:5061", "[2001:db8::1] : 5061", "Gw.Contoso.example", "h_1")
        from branch in Gen.Elements("", ";branch=z9hG4bK5A1E.0123", " ; branch = z9hG4bKx", ";BRANCH=390skdjuw")
        from parameters in _parameters
        select protocol + gap + sent + branch + parameters;

    private static readonly Gen<string> _party =
        from text in Gen.Elements("\"Bo Example\"<sip:bo@contoso.example>", "Bo  Example\t<sip:bo@contoso.example;user=phone>", "\"a, \\\"b\\\" <c>\"\r\n <sip:bo@contoso.example>", "sip:bo@contoso.example", "<sips:bo@h>")
        from parameters in _parameters
        select text + parameters;

    private static readonly Gen<string> _route =
        from uri in Gen.Elements("<sip:sip.contoso.example:5061;transport=tls;lr;ms-key-info=AAEC,illus;ms-route-sig=aa>", "<sip:10.0.0.1;lr>", "\"x, y\" <sip:p@h;lr>")
        from parameters in _parameters
        select uri + parameters;

    private static readonly Gen<Given> _requests =
        from vias in Lines("Via", "v", "VIA", _via, 1, 4)
        from routes in Lines("Record-Route", "record-route", "RECORD-ROUTE", _route, 0, 3)
        from fromName in Gen.Elements("From", "f", "FROM")
        from fromValue in _party
        from fromTag in Gen.Elements("", ";tag=77b1c02d4e", " ;\r\n tag = 1918181833n")
        from toName in Gen.Elements("To", "t", "tO")
        from toValue in _party
        from toTag in Gen.Elements("", ";tag=gw3f9a", "; Tag=x-y.z")
        from callId in Gen.Elements("a84b4c76e66710", "x(y){z}[?]@192.0.2.1", "\"quote", "5d0f%<>")
        from cseq in Gen.Elements("1 MESSAGE", "0009\r\n  MESSAGE", "2147483647\tMESSAGE")
        from before in _blank
        from after in _blank
        from order in Gen.Choose(0, 10_000)
        select new Given(
            [.. vias, .. routes, new Line(fromName, fromValue + fromTag), new Line(toName, toValue + toTag), new Line("Call-ID", callId), new Line("CSEQ", cseq)], before.Replace("\r\n", "", StringComparison.Ordinal), after, order);

    [Theory]
    [InlineData(100)]
    [InlineData(180)]
    [InlineData(200)]
    [InlineData(404)]
    [InlineData(503)]
    [Clause("RFC 3261", "12.1.1")]
    [Clause("RFC 3261", "16.7")]
    public void A_response_repeats_what_it_must_byte_for_byte(int status) => Prop.ForAll(_requests.ToArbitrary(), given =>
    {
        Assert.Equal(SipReason.None, SipParser.TryRead(given.Bytes(), SipLimits.Default, out var message));
        var output = new ArrayBufferWriter<byte>();
        SipWriter.ResponseTo(output, message!, status, toTag: "ours").End();
        var answer = Encoding.UTF8.GetString(output.WrittenSpan).Split("\r\n");

        Assert.Equal(given.Values("v", "via"), Values(answer, "v", "via"));
        Assert.Equal(status is > 100 and < 300 ? given.Values("record-route") : [], Values(answer, "record-route"));
        Assert.Equal(given.Values("f", "from"), Values(answer, "f", "from"));
        Assert.Equal(given.Values("call-id"), Values(answer, "call-id"));
        Assert.Equal(given.Values("cseq"), Values(answer, "cseq"));
        var to = Assert.Single(given.Values("t", "to"));
        var isTagged = to.Contains("tag", StringComparison.OrdinalIgnoreCase);
        Assert.Equal(isTagged || status == 100 ? to : to + ";tag=ours", Assert.Single(Values(answer, "t", "to")));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_was_read_is_read_again_from_what_is_copied() => Prop.ForAll(_requests.ToArbitrary(), given =>
    {
        SipParser.TryRead(given.Bytes(), SipLimits.Default, out var message);
        var output = new ArrayBufferWriter<byte>();
        var writer = SipWriter.Request(output, "MESSAGE"u8, "sip:a@b"u8);
        for (var i = 0; i < message!.HeaderCount; i++) writer.CopyLine(message, i);
        writer.End();
        Assert.Equal(SipReason.None, SipParser.TryRead(output.WrittenSpan.ToArray(), SipLimits.Default, out var again));
        Assert.Equal(message.HeaderCount + 1, again!.HeaderCount);
        for (var i = 0; i < message.HeaderCount; i++)
        {
            Assert.Equal(Sample.Text(message.HeaderAt(i).Name), Sample.Text(again.HeaderAt(i).Name));
            Assert.Equal(Sample.Text(message.HeaderAt(i).Value), Sample.Text(again.HeaderAt(i).Value));
        }
    }).QuickCheckThrowOnFailure();

    private static List<string> Values(IEnumerable<string> lines, params string[] names) =>
        [.. lines.Select(l => l.Split(": ", 2)).Where(p => p.Length == 2 && names.Contains(p[0].ToLowerInvariant())).Select(p => p[1])];

    private static Gen<string> Spaced(IEnumerable<string> parameters)
    {
        var text = Gen.Constant("");
        foreach (var parameter in parameters)
            text = from done in text from a in _blank from b in _blank select $"{done}{a};{b}{parameter}";
        return text;
    }

    // Several values on a line, and lines apart.
    private static Gen<IEnumerable<Line>> Lines(string name, string compact, string odd, Gen<string> value, int least, int most)
    {
        var line =
            from spelled in Gen.Elements(name, compact, odd)
            from values in value.NonEmptyListOf().Select(v => v.Take(3))
            from comma in Gen.Elements(",", " , ", ",\r\n ")
            select new Line(spelled, string.Join(comma, values));
        return line.ListOf().Where(l => l.Count >= least).Select(l => l.Take(most));
    }

    private sealed record Line(string Name, string Value);

    private sealed record Given(IReadOnlyList<Line> Lines, string Before, string After, int Order)
    {
        public byte[] Bytes()
        {
            var random = new Random(Order);
            var shuffled = Lines.Select((line, at) => (line, at, key: random.Next())).ToList();

            // Lines of one name keep their order; everything else may lie anywhere.
            var places = shuffled.OrderBy(l => l.key).Select(l => Family(l.line)).ToList();
            var left = shuffled.GroupBy(l => Family(l.line)).ToDictionary(g => g.Key, g => new Queue<Line>(g.Select(l => l.line)));
            var text = new StringBuilder("MESSAGE sip:juliet@jabber.example SIP/2.0\r\n");
            foreach (var line in places.Select(p => left[p].Dequeue())) text.Append(line.Name).Append(Before).Append(':').Append(After).Append(line.Value).Append("\r\n");
            return Encoding.UTF8.GetBytes(text.Append("X-Between: 1\r\nContent-Length: 0\r\n\r\n").ToString());
        }

        public List<string> Values(params string[] names) =>
            [.. Lines.Where(l => names.Contains(l.Name.ToLowerInvariant())).Select(l => l.Value.Replace("\r\n", "  ", StringComparison.Ordinal).Trim(' ', '\t'))];

        private static string Family(Line line) => line.Name.ToLowerInvariant() is var name && name.Length == 1 ? name switch { "v" => "via", "f" => "from", _ => "to" } : name;
    }
}

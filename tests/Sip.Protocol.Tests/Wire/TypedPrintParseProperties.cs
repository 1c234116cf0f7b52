using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;

namespace Sip.Protocol.Tests.Wire;

/// <summary>Typed headers and whole messages: parse(print(x)) = x.</summary>
public sealed class TypedPrintParseProperties
{
    private static readonly Gen<string> _token = Gen.Elements("presence", "a", "x-1.b", "9", "!%*_+`'~").NonEmptyListOf().Select(p => string.Concat(p.Take(2)));

    private static readonly Gen<string> _text = Gen.Elements("a", "\"", "\\", ";", ",", "<", ">", "@", " ", "é", "😀", "\\\"").ListOf().Select(p => string.Concat(p));

    private static readonly Gen<uint?> _seconds = Gen.OneOf(Gen.Constant<uint?>(null), Gen.Elements<uint?>(0, 1, 3600, uint.MaxValue));

    private static readonly Gen<SipParameters> _parameters = _token.Zip(_token, (n, v) => $";{n}={v}").ListOf().Select(p => new SipParameters(string.Concat(p.Take(3))));

    [Fact]
    public void Subscription_states() => Hold(
        from state in Gen.OneOf(Gen.Elements("active", "pending", "terminated"), _token)
        from reason in Gen.OneOf(Gen.Constant<string?>(null), _token.Select(t => (string?)t))
        from expires in _seconds
        from retry in _seconds
        select new SubscriptionStateHeader(state, reason, expires, retry),
        x => SubscriptionStateHeader.TryRead(Bytes(x), out var again) && again == x);

    [Fact]
    public void Events() => Hold(
        _token.Zip(_parameters, (package, parameters) => new EventHeader(package, parameters)), x => EventHeader.TryRead(Bytes(x), out var again) && again == x);

    [Fact]
    public void Media_types() => Hold(
        from type in _token
        from sub in _token
        from parameters in _parameters
        select new MediaType(type, sub, parameters),
        x => MediaType.TryRead(Bytes(x), out var again) && again.Equals(x));

    [Fact]
    public void Warnings() => Hold(
        from code in Gen.Choose(0, 999)
        from agent in _token
        from text in _text
        select new WarningHeader(code, agent, text),
        x => WarningHeader.TryRead(Bytes(x), out var again) && again.Equals(x));

    [Fact]
    public void Diagnostics() => Hold(Gen.Choose(0, 999_999).Zip(_text, (id, reason) => new MsDiagnostics(id, reason)), x => MsDiagnostics.TryRead(Bytes(x), out var again) && again == x);

    [Fact]
    public void Sequence_numbers() => Hold(
        Gen.Choose(0, int.MaxValue).Zip(Gen.Elements(Enum.GetValues<SipMethod>().Where(m => m != SipMethod.Other).ToArray()), (n, method) => new CSeq((uint)n, method)),
        x => CSeq.TryRead(Bytes(x), out var again, out _) && again == x);

    [Fact]
    public void Uris_with_password_and_headers() => Hold(
        from user in Gen.Elements("bo", "a;b", "q?x", "%40", "+1(2)", "user;par=u%40example.net")
        from password in Gen.Elements<string?>(null, "p", "p%00&=+$,", ";")
        from host in Gen.Elements("contoso.example", "192.0.2.7", "[2001:db8::1]", "[::ffff:192.0.2.1]")
        from port in Gen.Elements(-1, 0, 5061, 65535)
        from parameters in _parameters
        from headers in Gen.Elements<string?>(null, "", "subject=a%20b&priority=urgent", "Route=%3Csip:x%3E")
        select new SipUri { Scheme = "sip", User = user, Password = password, Host = host, Port = port, Parameters = parameters, Headers = headers },
        x => SipUri.TryRead(x.ToString(), out var again) && again == x);

    [Fact]
    public void Whole_messages() => Hold(
        from method in Gen.Elements(SipMethod.Invite, SipMethod.Message, SipMethod.Subscribe, SipMethod.Notify, SipMethod.Options)
        from number in Gen.Choose(0, int.MaxValue)
        from subject in _text.Select(t => t.Trim())
        from names in _token.Select(t => "X-" + t).ListOf().Select(l => l.Take(12).ToArray())
        from body in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf()
        select new Whole(method, (uint)number, subject, string.Join(',', names), Convert.ToHexString(body)),
        x =>
        {
            var (request, lines) = Read(x);
            var names = Enumerable.Range(0, request.HeaderCount).Select(i => Sample.Text(request.HeaderAt(i).Name)).Where(n => n.StartsWith("X-", StringComparison.Ordinal));
            var read = new Whole(request.Method, request.CSeq.Number, request.FirstText(SipHeaderId.Subject) ?? "", string.Join(',', names), Convert.ToHexString(request.Body.Span));

            // And printed again from what was read it is the same, byte for byte.
            var output = new ArrayBufferWriter<byte>();
            var writer = SipWriter.Request(output, request.MethodBytes, request.UriBytes);
            for (var i = 0; i < request.HeaderCount; i++)
                if (request.HeaderAt(i).Id is not (SipHeaderId.ContentLength or SipHeaderId.ContentType)) writer.CopyLine(request, i);
            writer.End(request.First(SipHeaderId.ContentType), request.Body.Span);
            return read == x && output.WrittenSpan.SequenceEqual(lines);
        });

    private static (SipRequest Request, byte[] Bytes) Read(Whole whole)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = SipWriter.Request(output, whole.Method, "sip:juliet@jabber.example");
        writer.Via("TLS", "gw.jabber.example:5061", "z9hG4bKx");
        writer.Header(SipHeaderId.MaxForwards, 70u);
        writer.Tagged(SipHeaderId.From, "\"Bo, E\"<sip:bo@contoso.example>", "t1");
        writer.Header(SipHeaderId.To, "<sip:juliet@jabber.example>");
        writer.Header(SipHeaderId.CallId, "c1");
        writer.CSeq(whole.Number, whole.Method);
        writer.Header(SipHeaderId.Subject, whole.Subject);
        foreach (var name in whole.Names.Split(',', StringSplitOptions.RemoveEmptyEntries)) writer.Header(name, "1");
        writer.End("application/octet-stream"u8, Convert.FromHexString(whole.Body));
        var progress = default(SipFrameProgress);
        var frame = SipFramer.TryRead(output.WrittenSpan, SipLimits.Default, ref progress);
        Assert.Equal((SipReason.None, output.WrittenCount), (frame.Reason, frame.Consumed));
        return (Assert.IsType<SipRequest>(frame.Message), output.WrittenSpan.ToArray());
    }

    private static void Hold<T>(Gen<T> values, Func<T, bool> holds) => Prop.ForAll(values.ToArbitrary(), holds).QuickCheckThrowOnFailure();

    private static byte[] Bytes(object value) => Encoding.UTF8.GetBytes(value.ToString()!);

    private sealed record Whole(SipMethod Method, uint Number, string Subject, string Names, string Body);
}

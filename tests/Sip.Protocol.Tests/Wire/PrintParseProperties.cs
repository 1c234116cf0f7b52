using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;

namespace Sip.Protocol.Tests.Wire;

/// <summary>What is written is read back the same, and what is damaged or cut anywhere is never an exception.</summary>
public sealed class PrintParseProperties
{
    private static readonly Gen<string> _token = Gen.Elements("a", "Bo", "x-1", "9", "tag", "z9hG4bK", "!%*_+`'~").NonEmptyListOf().Select(p => string.Concat(p.Take(3)));

    private static readonly Gen<string> _host = Gen.Elements("contoso.example", "192.0.2.7", "[2001:db8::1]", "a-b.c", "h_1");

    private static readonly Gen<string> _quoted = Gen.Elements("a", "\"", "\\", ";", ",", "<", ">", "@", " ", "é", "😀").ListOf().Select(p => string.Concat(p));

    private static readonly Gen<string> _parameters = Gen
        .OneOf(_token.Select(t => ";" + t), _token.Zip(_token, (n, v) => $";{n}={v}"), _token.Zip(_quoted, (n, v) => $";{n}={Quote(v)}"))
        .ListOf().Select(p => string.Concat(p.Take(4)));

    private static readonly Gen<SipUri> _uri =
        from user in Gen.OneOf(Gen.Constant<string?>(null), Gen.Elements<string?>("bo", "a;b", "q?x", "%40", "+1(2)"))
        from host in _host
        from port in Gen.Elements(-1, 5060, 65535)
        from parameters in _parameters
        select SipUri.Sip(user, host, port, parameters.Replace(" ", "", StringComparison.Ordinal).Replace("<", "", StringComparison.Ordinal).Replace(">", "", StringComparison.Ordinal));

    [Fact]
    public void Uris() => Prop.ForAll(_uri.ToArbitrary(), uri => SipUri.TryRead(uri.ToString(), out var again) && again == uri).QuickCheckThrowOnFailure();

    [Fact]
    public void Name_addresses()
    {
        var addresses =
            from uri in _uri
            from name in Gen.OneOf(Gen.Constant<string?>(null), _quoted.Select(q => (string?)q))
            from parameters in _parameters
            select NameAddress.Of(uri, name, parameters);
        Prop.ForAll(addresses.ToArbitrary(), a => NameAddress.TryRead(a.ToString(), out var again) && again == a).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Vias()
    {
        var vias =
            from host in _host
            from port in Gen.Elements(-1, 5061)
            from parameters in _parameters
            select new Via { Transport = "TLS", Host = host, Port = port, Parameters = new SipParameters(parameters) };
        Prop.ForAll(vias.ToArbitrary(), v => Via.TryRead(Encoding.UTF8.GetBytes(v.ToString()), out var again) && again == v).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Headers_keep_order_spelling_and_text()
    {
        var headers = _token.Select(t => "X-" + t).Zip(_quoted.Select(q => q.Trim()), (name, value) => (name, value)).ListOf().Select(l => l.Take(20).ToList());
        Prop.ForAll(headers.ToArbitrary(), list =>
        {
            var output = new ArrayBufferWriter<byte>();
            var writer = SipWriter.ResponseTo(output, Sample.Request(Sample.Message), 200);
            foreach (var (name, value) in list) writer.Header(name, value);
            writer.End("text/plain"u8, "body"u8);
            var progress = default(SipFrameProgress);
            var message = SipFramer.TryRead(output.WrittenSpan, SipLimits.Default, ref progress).Message!;
            var read = new List<(string, string)>();
            for (var i = 0; i < message.HeaderCount; i++)
            {
                var line = message.HeaderAt(i);
                if (line.Name.StartsWith("X-"u8)) read.Add((Sample.Text(line.Name), Sample.Text(line.Value)));
            }

            return read.SequenceEqual(list) && Sample.Text(message.Body.Span) == "body";
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_stream_cut_anywhere_gives_the_same_messages()
    {
        byte[] stream = [.. "\r\n"u8, .. Sample.Wire(Sample.Subscribe), .. Sample.Wire(Sample.Message), .. "\r\n\r\n"u8, .. Sample.Wire(Sample.Message)];
        var cuts = Gen.Choose(1, stream.Length - 1).ListOf().Select(c => c.Distinct().Order().ToList());
        Prop.ForAll(cuts.ToArbitrary(), list => Feed(stream, list) == "SUBSCRIBE MESSAGE MESSAGE ").QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_stream_of_single_bytes_gives_the_same_messages()
    {
        byte[] stream = [.. Sample.Wire(Sample.Subscribe), .. Sample.Wire(Sample.Message)];

        Assert.Equal("SUBSCRIBE MESSAGE ", Feed(stream, Enumerable.Range(1, stream.Length - 1).ToList()));
    }

    [Theory]
    [InlineData(Sample.Subscribe)]
    [InlineData(Sample.Message)]
    public void Damage_anywhere_is_a_verdict_and_never_an_exception(string text)
    {
        var whole = Sample.Wire(text);
        var random = new Random(4475);
        ReadOnlySpan<byte> nasty = "\r\n \t:;,<>\"\\@%?=[]/\0\x7f\xff\u0080AZaz09"u8;
        for (var round = 0; round < 3_000; round++)
        {
            var bytes = (byte[])whole.Clone();
            for (var hits = random.Next(1, 5); hits > 0; hits--) bytes[random.Next(bytes.Length)] = nasty[random.Next(nasty.Length)];
            if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Length)];
            var progress = default(SipFrameProgress);
            var frame = SipFramer.TryRead(bytes, SipLimits.Default, ref progress);
            Assert.InRange(frame.Consumed, 0, bytes.Length);
            if (frame.Message is not null) Ask.Everything(frame.Message);
            SipParser.TryRead(bytes, SipLimits.Default, out var message);
            if (message is not null) Ask.Everything(message);
        }
    }

    private static string Feed(byte[] stream, List<int> cuts)
    {
        var seen = new StringBuilder();
        var progress = default(SipFrameProgress);
        var start = 0;
        foreach (var end in cuts.Append(stream.Length))
        {
            while (start < end)
            {
                var frame = SipFramer.TryRead(stream.AsSpan(start, end - start), SipLimits.Default, ref progress);
                start += frame.Consumed;
                if (frame.Message is SipRequest request) seen.Append(request.MethodName).Append(' ');
                if (frame.Verdict == SipFrameVerdict.NeedMore) break;
                if (frame.Verdict == SipFrameVerdict.Rejected) return frame.Reason.ToString();
            }
        }

        return seen.ToString();
    }

    private static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}

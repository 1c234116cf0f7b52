using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Dialogs;
using Gateway.Sip.Protocol.Wire;

namespace Benchmarks;

/// <summary>One SIP message in and out: a MESSAGE as an edge sends it (13 header lines), framed, parsed and checked; what the message path reads of it; its 200 and a MESSAGE of ours written.</summary>
[MemoryDiagnoser]
[HideColumns("Error", "StdDev", "Median", "Gen0", "Gen1")]
public class SipWire
{
    private const string Text = """
        MESSAGE sip:gw.jabber.example:5061;transport=tls SIP/2.0
        Via: SIP/2.0/TLS 203.0.113.10:5061;branch=z9hG4bK5A1E0C77.0123ABCD4567EF89;branched=FALSE;ms-internal-info="abc"
        Max-Forwards: 67
        Via: SIP/2.0/TLS 10.0.0.9:50311;ms-received-port=50311;ms-received-cid=2F4100
        From: "Bo Example"<sip:bo@contoso.example>;tag=9d5c2a38ba;epid=b84a59c035
        To: <sip:juliet@jabber.example>;tag=gw3f9a
        Call-ID: ce9b1d0e2f3a4b5c8d7e6f5a4b3c2d1e
        CSeq: 2 MESSAGE
        Contact: <sip:bo@contoso.example;opaque=user:epid:AbCdEfGhIjKlMnOp_illusAAA;gruu>
        User-Agent: UCCAPI/15.0.4420.1017 OC/15.0.4420.1017 (Microsoft Lync)
        Supported: ms-dialog-route-set-update
        Supported: timer
        Content-Type: text/plain; charset=UTF-8
        Content-Length: 75

        Seventy-five bytes of text, which is what people say to each other at work.
        """;

    private static readonly OwnHop Own = new("gw.jabber.example", userAgent: "gateway");

    private readonly byte[] bytes = Encoding.UTF8.GetBytes(Text.ReplaceLineEndings("\r\n"));
    private readonly byte[] body = new byte[75];
    private readonly ArrayBufferWriter<byte> output = new(4096);
    private SipRequest request = null!;

    [GlobalSetup]
    public void Setup()
    {
        body.AsSpan().Fill((byte)'x');
        request = (SipRequest)Parse();
    }

    [Benchmark(Description = "SIP: frame, parse and check a MESSAGE")]
    public SipMessage Parse()
    {
        var progress = default(SipFrameProgress);
        return SipFramer.TryRead(bytes, SipLimits.Default, ref progress).Message ?? throw new InvalidOperationException("The message is refused.");
    }

    [Benchmark(Description = "SIP: read dialog, addresses and type of it")]
    public int Read() => request.CallIdBytes.Length + request.FromTagBytes.Length + request.ToTagBytes.Length + NameAddress.UriOf(request.First(SipHeaderId.From)).Length
        + NameAddress.UriOf(request.First(SipHeaderId.To)).Length + request.First(SipHeaderId.ContentType).Length + (request.MaxForwards ?? 0);

    [Benchmark(Description = "SIP: write the 200 to it")]
    public int WriteResponse()
    {
        output.ResetWrittenCount();
        SipWriter.ResponseTo(output, request, 200).End();
        return output.WrittenCount;
    }

    [Benchmark(Description = "SIP: write a MESSAGE")]
    public int WriteRequest()
    {
        output.ResetWrittenCount();
        NewRequest.Start(output, SipMethod.Message, "sip:bo@contoso.example", "<sip:juliet@jabber.example>", "ours", "<sip:bo@contoso.example>", "ce9b1d0e2f3a4b5c", 2, "z9hG4bK77b1c02d4e", Own)
            .End("text/plain; charset=UTF-8"u8, body);
        return output.WrittenCount;
    }
}

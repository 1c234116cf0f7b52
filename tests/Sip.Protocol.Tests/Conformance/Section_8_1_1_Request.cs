using System.Buffers;
using Gateway.Sip.Protocol.Dialogs;
using Gateway.Sip.Protocol.Wire;

namespace Sip.Protocol.Tests.Conformance;

/// <summary>RFC 3261 §8.1.1: what a request of ours carries.</summary>
[Clause("RFC3261", "8.1.1")]
public sealed class Section_8_1_1_Request
{
    private static readonly OwnHop _own = new("gw.jabber.example", userAgent: "gateway");

    [Fact]
    public void Subscribe_Written_HasTheSixMandatoryHeadersAndNamesUsByHost()
    {
        var request = Write(SipMethod.Subscribe);

        Assert.Equal("SIP/2.0/TLS gw.jabber.example:5061;branch=z9hG4bKx", Sample.Text(request.First(SipHeaderId.Via)));
        Assert.Equal("<sip:juliet@jabber.example>;tag=ours", Sample.Text(request.First(SipHeaderId.From)));
        Assert.Equal(("<sip:bo@contoso.example>", "c1", new CSeq(1, SipMethod.Subscribe), 70),
            (Sample.Text(request.First(SipHeaderId.To)), request.CallId, request.CSeq, request.MaxForwards));
        Assert.Equal("<sip:gw.jabber.example:5061;transport=tls>", Sample.Text(request.First(SipHeaderId.Contact)));
        Assert.Equal("<sip:gw.jabber.example:5061;transport=tls;lr>", Sample.Text(request.First(SipHeaderId.RecordRoute)));
    }

    [Fact]
    public void Message_Written_HasNoContactAndNoRecordRoute()
    {
        var request = Write(SipMethod.Message);

        Assert.False(request.Has(SipHeaderId.Contact));
        Assert.False(request.Has(SipHeaderId.RecordRoute));
    }

    private static SipRequest Write(SipMethod method)
    {
        var output = new ArrayBufferWriter<byte>();
        NewRequest.Start(
            output, method, "sip:bo@contoso.example", "<sip:juliet@jabber.example>", "ours", "<sip:bo@contoso.example>", "c1", 1, "z9hG4bKx", _own).End();
        return Sample.Request(Sample.Text(output.WrittenSpan));
    }
}

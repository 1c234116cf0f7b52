using Conformance;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Streams;

namespace Xmpp.Protocol.Tests.Streams;

/// <summary>Every stream error of RFC 6120 §4.9.3: what we do when we hear it, and which of our reasons say it.</summary>
[Clause("RFC 6120", "4.9.1.1")]
[Clause("RFC 6120", "4.9.3.1")]
[Clause("RFC 6120", "4.9.3.2")]
[Clause("RFC 6120", "4.9.3.3")]
[Clause("RFC 6120", "4.9.3.4")]
[Clause("RFC 6120", "4.9.3.5")]
[Clause("RFC 6120", "4.9.3.6")]
[Clause("RFC 6120", "4.9.3.7")]
[Clause("RFC 6120", "4.9.3.8")]
[Clause("RFC 6120", "4.9.3.9")]
[Clause("RFC 6120", "4.9.3.10")]
[Clause("RFC 6120", "4.9.3.12")]
[Clause("RFC 6120", "4.9.3.13")]
[Clause("RFC 6120", "4.9.3.14")]
[Clause("RFC 6120", "4.9.3.15")]
[Clause("RFC 6120", "4.9.3.16")]
[Clause("RFC 6120", "4.9.3.17")]
[Clause("RFC 6120", "4.9.3.18")]
[Clause("RFC 6120", "4.9.3.19")]
[Clause("RFC 6120", "4.9.3.20")]
[Clause("RFC 6120", "4.9.3.21")]
[Clause("RFC 6120", "4.9.3.22")]
[Clause("RFC 6120", "4.9.3.23")]
[Clause("RFC 6120", "4.9.3.24")]
[Clause("RFC 6120", "4.9.3.25")]
public sealed class StreamErrorTableTests
{
    public static TheoryData<string, StreamErrorMeaning> Heard => new()
    {
        { "bad-format", StreamErrorMeaning.GiveUp }, { "bad-namespace-prefix", StreamErrorMeaning.GiveUp }, { "conflict", StreamErrorMeaning.TryAgain },
        { "connection-timeout", StreamErrorMeaning.TryAgain }, { "host-gone", StreamErrorMeaning.NotServed }, { "host-unknown", StreamErrorMeaning.NotServed },
        { "improper-addressing", StreamErrorMeaning.GiveUp }, { "internal-server-error", StreamErrorMeaning.TryAgain }, { "invalid-from", StreamErrorMeaning.GiveUp },
        { "invalid-namespace", StreamErrorMeaning.GiveUp }, { "invalid-xml", StreamErrorMeaning.GiveUp }, { "not-authorized", StreamErrorMeaning.GiveUp },
        { "not-well-formed", StreamErrorMeaning.GiveUp }, { "policy-violation", StreamErrorMeaning.GiveUp }, { "remote-connection-failed", StreamErrorMeaning.TryAgain },
        { "reset", StreamErrorMeaning.TryAgain }, { "resource-constraint", StreamErrorMeaning.TryAgain }, { "restricted-xml", StreamErrorMeaning.GiveUp },
        { "see-other-host", StreamErrorMeaning.Redirect }, { "system-shutdown", StreamErrorMeaning.TryAgain }, { "undefined-condition", StreamErrorMeaning.TryAgain },
        { "unsupported-encoding", StreamErrorMeaning.GiveUp }, { "unsupported-feature", StreamErrorMeaning.GiveUp }, { "unsupported-stanza-type", StreamErrorMeaning.GiveUp },
        { "unsupported-version", StreamErrorMeaning.GiveUp },
    };

    [Theory]
    [MemberData(nameof(Heard))]
    public void Each_error_we_hear_ends_the_stream_and_has_its_meaning(string name, StreamErrorMeaning meaning)
    {
        var condition = Enum.GetValues<StreamCondition>().Single(c => StreamErrors.NameOf(c) == name);
        Assert.Equal(meaning, StreamErrorMeanings.Of(condition));

        var inbound = InboundStream.On(new InboundStream(), new InboundInput.ErrorReceived(new StreamError(condition, "why")));
        var outbound = OutboundStream.On(new OutboundStream(new("a.example", "b.example"), OutboundPurpose.Stanzas), new OutboundInput.ErrorReceived(new StreamError(condition, "why")));
        Assert.Equal((InboundPhase.Closed, OutboundPhase.Closed), (inbound.Next.Phase, outbound.Next.Phase));
        foreach (var step in (IReadOnlyList<StreamOutput>[])[inbound.Outputs, outbound.Outputs])
        {
            var close = Assert.IsType<StreamOutput.Close>(Assert.Single(step));
            // An error is answered by the end of the stream, never by another error (RFC 6120 §4.9.1.1).
            Assert.Equal((StreamErrorMeanings.ReasonOf(condition), $"{name}: why"), (close.Reason, close.Text));
            Assert.Null(StreamErrors.Of(close.Reason));
        }
    }

    [Fact]
    public void The_table_of_what_we_hear_is_whole() => Assert.Equal(Enum.GetValues<StreamCondition>().Length, Heard.Count);

    [Theory]
    [InlineData(XmppReason.BadFormat, "bad-format")]
    [InlineData(XmppReason.TextBetweenStanzas, "bad-format")]
    [InlineData(XmppReason.UndeclaredPrefix, "not-well-formed")]
    [InlineData(XmppReason.Replaced, "conflict")]
    [InlineData(XmppReason.ConnectionTimeout, "connection-timeout")]
    [InlineData(XmppReason.PeerSilent, "connection-timeout")]
    [InlineData(XmppReason.NegotiationTimeout, "connection-timeout")]
    [InlineData(XmppReason.HostUnknown, "host-unknown")]
    [InlineData(XmppReason.ImproperAddressing, "improper-addressing")]
    [InlineData(XmppReason.DialbackMalformed, "improper-addressing")]
    [InlineData(XmppReason.InternalError, "internal-server-error")]
    [InlineData(XmppReason.InvalidFrom, "invalid-from")]
    [InlineData(XmppReason.InvalidNamespace, "invalid-namespace")]
    [InlineData(XmppReason.NotAuthorized, "not-authorized")]
    [InlineData(XmppReason.CertificateRefused, "not-authorized")]
    [InlineData(XmppReason.TrustWithdrawn, "not-authorized")]
    [InlineData(XmppReason.PeerRemoved, "not-authorized")]
    [InlineData(XmppReason.NotWellFormed, "not-well-formed")]
    [InlineData(XmppReason.PolicyViolation, "policy-violation")]
    [InlineData(XmppReason.StanzaTooLarge, "policy-violation")]
    [InlineData(XmppReason.StanzaTimeout, "policy-violation")]
    [InlineData(XmppReason.TlsRequired, "policy-violation")]
    [InlineData(XmppReason.TlsForbidden, "policy-violation")]
    [InlineData(XmppReason.RemoteServerTimeout, "remote-connection-failed")]
    [InlineData(XmppReason.ResourceConstraint, "resource-constraint")]
    [InlineData(XmppReason.DoctypeForbidden, "restricted-xml")]
    [InlineData(XmppReason.SystemShutdown, "system-shutdown")]
    [InlineData(XmppReason.HandledTooMany, "undefined-condition")]
    [InlineData(XmppReason.InvalidUtf8, "unsupported-encoding")]
    [InlineData(XmppReason.NoWayToAuthenticate, "unsupported-feature")]
    [InlineData(XmppReason.UnsupportedStanzaType, "unsupported-stanza-type")]
    [InlineData(XmppReason.UnsupportedVersion, "unsupported-version")]
    public void Each_error_we_cause_is_said_by_its_reason(XmppReason reason, string name) => Assert.Equal(name, StreamErrors.NameOf(StreamErrors.Of(reason)!.Value));
}

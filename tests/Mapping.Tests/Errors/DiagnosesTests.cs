using System.Text;
using Gateway.Mapping.Errors;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;

namespace Mapping.Tests.Errors;

/// <summary>Numbers in Microsoft's diagnostics headers, theirs and ours (field fact A9).</summary>
public sealed class DiagnosesTests
{
    [Theory]
    [InlineData(1001)]
    [InlineData(1002)]
    [InlineData(1003)]
    [InlineData(1004)]
    [InlineData(1005)]
    [InlineData(1007)]
    [InlineData(1008)]
    [InlineData(1009)]
    [InlineData(1010)]
    [InlineData(1011)]
    [InlineData(1012)]
    [InlineData(1014)]
    [InlineData(1017)]
    [InlineData(1027)]
    [InlineData(1034)]
    [InlineData(1038)]
    [InlineData(1046)]
    [InlineData(2165)]
    [InlineData(4005)]
    [InlineData(10003)]
    [InlineData(13004)]
    [InlineData(25008)]
    [InlineData(51004)]
    [InlineData(52063)]
    public void Each_number_of_the_table_has_plain_words_and_a_next_step(int id)
    {
        var known = PeerDiagnoses.Find(id)!;
        Assert.NotEmpty(known.Meaning);
        Assert.EndsWith(".", known.NextStep, StringComparison.Ordinal);
        Assert.Equal($"{id}: {known.Meaning}. {known.NextStep}", PeerDiagnoses.Describe(id, "\"bo@contoso.example\" is not there"));
    }

    [Fact]
    public void An_unknown_number_brings_the_peer_s_words_bounded_and_without_addresses()
    {
        Assert.Equal("777: user is odd", PeerDiagnoses.Describe(777, "user bo@contoso.example is odd"));
        Assert.Equal("777: the partner gave no words", PeerDiagnoses.Describe(777, " sip:bo@contoso.example "));
        Assert.True(PeerDiagnoses.Describe(777, new string('x', 5_000)).Length < 200);
        Assert.DoesNotContain('\n', PeerDiagnoses.Describe(777, "a\nb\u0007"));
    }

    [Theory]
    [InlineData("ms-diagnostics: 1034;reason=\"a\"\r\nms-diagnostics: 1009;reason=\"b\"", 1009)]
    [InlineData("ms-diagnostics: 1009;reason=\"b\"\r\nms-diagnostics-public: 1003;reason=\"c\"", 1003)]
    [InlineData("ms-diagnostics: 1011;reason=\"a\"", 1011)]
    [InlineData("ms-diagnostics: what;reason=\"a\"", null)]
    [InlineData("Warning: 399 x \"y\"", null)]
    public void Of_several_the_one_that_says_something_counts(string headers, int? id)
    {
        var text = $"SIP/2.0 504 No\r\nVia: SIP/2.0/TLS a;branch=z9hG4bK1\r\nFrom: <sip:a@b.example>;tag=1\r\nTo: <sip:c@d.example>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n{headers}\r\nContent-Length: 0\r\n\r\n";
        Assert.Equal(SipReason.None, SipParser.TryRead(Encoding.UTF8.GetBytes(text), SipLimits.Default, out var message));
        Assert.Equal(id, PeerDiagnoses.MostTelling(MsDiagnostics.All(message!))?.Id);
    }

    [Fact]
    public void Our_numbers_are_unique_in_their_own_range_and_every_name_has_one()
    {
        var numbers = OwnDiagnostics.All;
        Assert.Equal(numbers.Count, numbers.Values.Distinct().Count());
        Assert.All(numbers.Values, n => Assert.InRange(n, 65_001, 65_999));
        Assert.All(numbers.Values, n => Assert.NotEqual(0, n % 100));
        Assert.Equal((65_500, 65_900, 65_000), (OwnDiagnostics.NumberOf("sip.NotYetNumbered"), OwnDiagnostics.NumberOf("mapping.X"), OwnDiagnostics.NumberOf("odd")));

        // Operators look these numbers up: they never move.
        Assert.Equal((65_101, 65_201, 65_501), (OwnDiagnostics.NumberOf("federation.UnknownPeer"), OwnDiagnostics.NumberOf("presence.Rejected"), OwnDiagnostics.NumberOf("sip.HeadTooLarge")));
        Assert.Equal((65_534, 65_558, 65_116), (OwnDiagnostics.NumberOf("sip.EventUnknown"), OwnDiagnostics.NumberOf("sip.MethodUnknown"), OwnDiagnostics.NumberOf("federation.OutgoingFromDenied")));
    }
}

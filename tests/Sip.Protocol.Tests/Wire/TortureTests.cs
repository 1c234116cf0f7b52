using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;

namespace Sip.Protocol.Tests.Wire;

/// <summary>RFC 4475 and RFC 5118: every message of their archives, with the verdict that stands beside it.</summary>
public sealed class TortureTests
{
    private static readonly string _folder = Path.Combine(AppContext.BaseDirectory, "fixtures", "torture");

    public static TheoryData<string> Names() => new(Directory.GetFiles(_folder, "*.dat", SearchOption.AllDirectories)
        .Select(f => Path.ChangeExtension(Path.GetRelativePath(_folder, f), null).Replace('\\', '/')).Order(StringComparer.Ordinal));

    [Fact]
    public void All_49_messages_and_the_12_of_IPv6_are_here() => Assert.Equal(49 + 12, Names().Count);

    [Theory]
    [MemberData(nameof(Names))]
    [Clause("RFC 4475", "3")]
    [Clause("RFC 5118", "4")]
    public void Message_has_the_verdict_beside_it(string name)
    {
        var expected = File.ReadLines(Path.Combine(_folder, name + ".expect")).Single(l => l.StartsWith("grammar: ", StringComparison.Ordinal))["grammar: ".Length..];

        var reason = SipParser.TryRead(File.ReadAllBytes(Path.Combine(_folder, name + ".dat")), SipLimits.Default, out _);

        Assert.Equal(expected, reason == SipReason.None ? "accepted" : reason.PublicName());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_typed_header_of_it_can_be_asked_for(string name)
    {
        SipParser.TryRead(File.ReadAllBytes(Path.Combine(_folder, name + ".dat")), SipLimits.Default, out var message);
        if (message is not null) Ask.Everything(message);
    }

    // The body octets behind Content-Length are not the message's, and over a stream they begin the next one.
    [Fact]
    public void Dblreq_is_two_messages_on_a_stream()
    {
        var bytes = File.ReadAllBytes(Path.Combine(_folder, "dblreq.dat"));
        var progress = default(SipFrameProgress);
        var first = SipFramer.TryRead(bytes, SipLimits.Default, ref progress);
        var second = SipFramer.TryRead(bytes.AsSpan(first.Consumed), SipLimits.Default, ref progress);

        Assert.Equal(SipMethod.Register, Assert.IsType<SipRequest>(first.Message).Method);
        Assert.Equal(SipMethod.Invite, Assert.IsType<SipRequest>(second.Message).Method);
    }

    [Fact]
    public void Wsinv_is_read_through_its_folds_blanks_and_compact_names()
    {
        SipParser.TryRead(File.ReadAllBytes(Path.Combine(_folder, "wsinv.dat")), SipLimits.Default, out var message);
        var request = Assert.IsType<SipRequest>(message);

        Assert.Equal("1918181833n", request.ToTag);
        Assert.Equal("98asjd8", request.FromTag);
        Assert.Equal(new CSeq(9, SipMethod.Invite), request.CSeq);
        Assert.Equal(68, request.MaxForwards);
        Assert.Equal(3, request.All(SipHeaderId.Via).Count());
        Assert.Equal("newfangled value   continued newfangled value", Sample.Text(request.First("NewFangledHeader"u8)));
        Assert.True(request.TryFrom(out var from));
        Assert.Equal("J Rosenberg \\\"", from.DisplayName);
    }

    [Fact]
    public void Semiuri_keeps_semicolons_in_the_user_part()
    {
        SipParser.TryRead(File.ReadAllBytes(Path.Combine(_folder, "semiuri.dat")), SipLimits.Default, out var message);
        Assert.True(Assert.IsType<SipRequest>(message).TryUri(out var uri));

        Assert.Equal("user;par=u%40example.net", uri.User);
        Assert.Equal("example.com", uri.Host);
    }
}

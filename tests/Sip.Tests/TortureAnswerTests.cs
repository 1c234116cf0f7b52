using System.Collections.Frozen;
using System.Globalization;
using Gateway.Federation.Peers;
using Gateway.Mapping.Addresses;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>
/// RFC 4475 and RFC 5118 at an endpoint: each message is played to the SIP side over TLS by a peer that may speak for every domain in it. What comes back is what stands beside the message, and an
/// OPTIONS afterwards is answered.
/// </summary>
public sealed class TortureAnswerTests
{
    private static readonly string _folder = Path.Combine(AppContext.BaseDirectory, "torture");

    public static TheoryData<string> Names() => new(Directory.GetFiles(_folder, "*.dat", SearchOption.AllDirectories)
        .Select(f => Path.ChangeExtension(Path.GetRelativePath(_folder, f), null).Replace('\\', '/')).Order(StringComparer.Ordinal));

    [Fact]
    public void The_49_messages_and_the_12_of_IPv6_are_here() => Assert.Equal(49 + 12, Names().Count);

    [Theory]
    [MemberData(nameof(Names))]
    [Clause("RFC 4475", "3")]
    [Clause("RFC 5118", "4")]
    public async Task The_answer_is_the_one_beside_the_message_and_the_next_request_is_answered(string name)
    {
        var words = Line(name, "answer: ").Split(' ');
        var bytes = await File.ReadAllBytesAsync(Path.Combine(_folder, name + ".dat"));
        await using var rig = await Rig.StartAsync();
        Allow(rig, bytes);
        var edge = await rig.DialBoundAsync();

        await edge.SendAsync(bytes);
        foreach (var status in words.Where(w => char.IsAsciiDigit(w[0])))
        {
            var answer = await edge.ExpectAsync(m => m.Status >= 200, $"the answer {status} to {name}");
            Assert.Equal(status, answer.Status.ToString(CultureInfo.InvariantCulture));
        }

        // All that was sent has been handled when the probe is answered; in the middle of a message it would only be more of it.
        if (words.Contains("close")) await edge.EndAsync();
        else if (!words.Contains("waits")) await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        await (await rig.DialAsync()).SettleAsync();
    }

    [Fact]
    [Clause("RFC 3261", "8.2.1")]
    [Clause("RFC 3261", "8.2.2.3")]
    public async Task Refusals_say_what_there_is()
    {
        Assert.Contains("MESSAGE", (await AnswerAsync("intmeth"))["Allow"], StringComparison.Ordinal);
        Assert.DoesNotContain("REGISTER", (await AnswerAsync("regaut01"))["Allow"], StringComparison.Ordinal);
        Assert.Equal("nothingSupportsThis, nothingSupportsThisEither", (await AnswerAsync("bext01"))["Unsupported"]);
        Assert.Equal("application/sdp", (await AnswerAsync("invut"))["Accept"]);
    }

    [Fact]
    public async Task Mpart01_brings_its_text_across()
    {
        await using var rig = await Rig.StartAsync();
        var bytes = await File.ReadAllBytesAsync(Path.Combine(_folder, "mpart01.dat"));
        Allow(rig, bytes);
        await (await rig.DialBoundAsync()).SendAsync(bytes);

        var (_, arrival) = await rig.Crossing.MessageAsync();
        Assert.Equal(("fluffy@example.com", "kumiko@example.org", "Hello"), (arrival.Passage.From.ToString(), arrival.Passage.To.ToString(), arrival.Content.Body.Trim()));
    }

    private static async Task<Heard> AnswerAsync(string name)
    {
        await using var rig = await Rig.StartAsync();
        var bytes = await File.ReadAllBytesAsync(Path.Combine(_folder, name + ".dat"));
        Allow(rig, bytes);
        var edge = await rig.DialBoundAsync();
        await edge.SendAsync(bytes);
        return await edge.ExpectAsync(m => m.Status >= 200, $"the answer to {name}");
    }

    // The edge may speak for whoever the message says it is from; whoever it is for lives behind another peer.
    private static void Allow(Rig rig, byte[] bytes)
    {
        SipParser.TryRead([.. bytes], SipLimits.Default, out var message);
        string[] from = [DomainOf(message, SipHeaderId.From), "contoso.example"];
        rig.Publish(
            rig.Edge with { FromDomains = from.Where(d => d.Length > 0).ToFrozenSet(StringComparer.Ordinal) },
            new PeerModel("anyone", Gateway.Federation.Protocol.Xmpp) { FromDomains = new[] { DomainOf(message, SipHeaderId.To) }.Where(d => d.Length > 0).Except(from).ToFrozenSet(StringComparer.Ordinal) });
    }

    private static string DomainOf(SipMessage? message, SipHeaderId id) =>
        message is not null && SipAddresses.TryRead(NameAddress.UriOf(message.First(id)), out var address, out _) ? address.Domain : "";

    private static string Line(string name, string key) =>
        File.ReadLines(Path.Combine(_folder, name + ".expect")).Single(l => l.StartsWith(key, StringComparison.Ordinal))[key.Length..];
}

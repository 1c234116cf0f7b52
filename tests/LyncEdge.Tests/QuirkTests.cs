using LyncEdge.Wire;

namespace LyncEdge.Tests;

/// <summary>The odd shapes of field fact A7 (H9): each occurs among a handful of messages, so a gateway that survives the scenes has met it.</summary>
public sealed class QuirkTests
{
    private const string Bo = "bo@contoso.example";
    private const string Juliet = "juliet@jabber.example";

    public static TheoryData<string> Shapes => [.. Found.Keys];

    private static Dictionary<string, Func<SipMessage, bool>> Found { get; } = new(StringComparer.Ordinal)
    {
        ["lower Via without a branch"] = m => m.All("Via").Count > 1 && !m.All("Via")[1].Contains("branch=", StringComparison.Ordinal),
        ["Via lines lie apart"] = m => Apart(m, "Via"),
        ["Record-Route above Via"] = m => m.Headers.FindIndex(h => h.Name == "Record-Route") is 0,
        ["Record-Route between two Via lines or below"] = m => m.Headers.FindIndex(h => h.Name == "Record-Route") > m.Headers.FindIndex(h => h.Name == "Via"),
        ["ms-received-port and ms-received-cid"] = m => m.All("Via")[1].Contains(";ms-received-port=", StringComparison.Ordinal) && m.All("Via")[1].Contains(";ms-received-cid=", StringComparison.Ordinal),
        ["branched=TRUE"] = m => m.All("Via")[0].Contains(";branched=TRUE", StringComparison.Ordinal),
        ["branched=FALSE"] = m => m.All("Via")[0].Contains(";branched=FALSE", StringComparison.Ordinal),
        ["ms-internal-info in quotes"] = m => m.All("Via")[0].Contains(";ms-internal-info=\"", StringComparison.Ordinal),
        ["To with epid and without tag"] = m => m.Get("To")!.Contains(";epid=", StringComparison.Ordinal) && m.To.Tag is null,
        ["no blank before the angle bracket"] = m => m.Get("From")!.Contains("\"<", StringComparison.Ordinal),
        ["epid beside the tag"] = m => m.Get("From")!.Contains(";epid=", StringComparison.Ordinal),
        ["Call-ID of 32 hexadecimal digits without a host"] = m => m.CallId.Length == 32 && m.CallId.All(char.IsAsciiHexDigit),
        ["header parameter behind a Record-Route"] = m => m.All("Record-Route").Any(r => r.Contains(">;tag=", StringComparison.Ordinal)),
        ["route signature, key info and opaque state"] = m => m.All("Record-Route")[0].Contains("ms-route-sig=", StringComparison.Ordinal)
            && m.All("Record-Route")[0].Contains("ms-key-info=", StringComparison.Ordinal) && m.All("Record-Route")[1].Contains("opaque=state:F", StringComparison.Ordinal),
        ["one token in each of many Supported lines"] = m => m.Headers.Count(h => h.Name == "Supported") > 10 && m.All("Supported").Count == m.Headers.Count(h => h.Name == "Supported"),
        ["blank behind accept-types"] = m => m.BodyText.Contains(" \r\n", StringComparison.Ordinal),
        ["gruu without a value"] = m => m.Get("Contact")!.EndsWith(";gruu>", StringComparison.Ordinal),
        ["scheme in upper case"] = m => m.Get("From")!.Contains("<SIP:", StringComparison.Ordinal),
        ["user in upper case"] = m => m.Get("From")!.Contains(":Bo@", StringComparison.Ordinal),
        ["header line of more than 3 kB"] = m => m.Headers.Any(h => h.Value.Length > 3000),
        ["header names in lower case"] = m => m.Headers.Any(h => h.Name is "history-info") && m.Headers.Any(h => h.Name == "ms-text-format"),
        ["Content-Length before other headers"] = m => m.Headers.FindIndex(h => h.Name == "Content-Length") < m.Headers.FindIndex(h => h.Name == "From"),
        ["media type with a parameter"] = m => m.Get("Content-Type")!.Contains(";call-type=im", StringComparison.Ordinal),
        ["keep-alive request that is none of ours"] = m => m.Get("ms-keep-alive") is not null,
    };

    [Theory, MemberData(nameof(Shapes))]
    public async Task Shape_occurs_among_forty_calls(string shape)
    {
        var invites = await InvitesAsync();
        Assert.Contains(invites, m => Found[shape](m));
    }

    [Fact]
    public async Task Lower_case_subscription_state_and_long_server_tags_occur_in_notifications()
    {
        await using var pair = await WatchedPair.CreateAsync(change: o => o with { Traces = true });
        await pair.Edge.DoAsync(new { @do = "cycle", user = Bo });
        var spellings = new HashSet<string>(StringComparer.Ordinal);
        while (spellings.Count < 2)
        {
            var sent = await pair.Edge.EventAsync("sent", e => (string?)e["method"] is "BENOTIFY" or "NOTIFY");
            spellings.Add(((string)sent["text"]!).Contains("subscription-state:", StringComparison.Ordinal) ? "lower" : "mixed");
            var tag = SipAddress.Read(SipMessage.Read(((string)sent["text"]!).Split("\r\n\r\n")[0], [], out _)!.Get("From")).Tag!;
            Assert.Equal(32, tag.Length);
            Assert.Equal(tag.ToUpperInvariant(), tag);
        }
    }

    [Fact]
    public async Task The_elder_client_gives_a_contact_with_maddr_and_a_quoted_transport()
    {
        await using var edge = Station.Edge("lcs2005");
        await using var gateway = new RawGateway();
        edge.DialsTo(gateway.Address);
        await edge.DoAsync(new { @do = "subscribe", from = Bo, to = Juliet });
        await gateway.AcceptAsync();
        var contact = (await gateway.ReceiveAsync("SUBSCRIBE")).Get("Contact")!;
        Assert.Contains(";maddr=10.0.0.9;transport=\"tls\">;proxy=replace", contact, StringComparison.Ordinal);
    }

    private static bool Apart(SipMessage message, string name)
    {
        var at = message.Headers.FindIndex(h => h.Name == name);
        return message.Headers.FindLastIndex(h => h.Name == name) > at + 1;
    }

    private static Task<List<SipMessage>> InvitesAsync() => Invites.Value;

    private static readonly Lazy<Task<List<SipMessage>>> Invites = new(async () =>
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        edge.DialsTo(gateway.Address);
        for (var i = 0; i < 40; i++) await edge.DoAsync(new { @do = "invite", from = Bo, to = "x" + i + "@jabber.example", text = "hello" });
        await gateway.AcceptAsync();
        var invites = new List<SipMessage>();
        for (var i = 0; i < 40; i++) invites.Add(await gateway.ReceiveAsync("INVITE"));
        return invites;
    });
}

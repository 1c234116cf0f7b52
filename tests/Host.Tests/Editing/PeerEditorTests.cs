using System.Text;
using System.Text.Json;
using Gateway.Host.Configuration;
using Gateway.Host.Configuration.Editing;
using Host.Tests.Configuration;

namespace Host.Tests.Editing;

/// <summary>A peer is written into the file by three values, and nothing else of the file changes: OCS-042, PSB-070.</summary>
public sealed class PeerEditorTests : IDisposable
{
    private const string Head = """
        { // the head
          "listeners": { "sip": [{ "address": "127.0.0.1:5061" }], "xmpp": [{ "address": "127.0.0.1:5269" }], "http": "127.0.0.1:0", "admin": "admin.sock" },
          "identity": { "fqdn": "gw.jabber.example" }, /* in between { [ */
          "certificates": { "own": [{ "name": "gateway", "certificate": "gateway.crt", "key": "gateway.key" }], "trust": [{ "name": "default", "files": ["ca.crt"] }] }
        """;

    private const string Record = """{ "name": "jabber", "protocol": "xmpp", "fromDomains": ["jabber.example"] }""";

    private static readonly PeerOrder Contoso = new("lync", ["contoso.example"]) { Host = "sip.contoso.example" };

    private readonly Sample sample = new();

    /// <summary>How operators lay out their lists.</summary>
    public static TheoryData<string> Layouts => new()
    {
        "",
        ",",
        ", // nothing more",
        ",\n  \"peers\": []",
        ",\n  \"peers\": [ /* none yet ] */ ]",
        ",\n  \"peers\": [\n    // none yet\n  ],",
        $",\n  \"peers\": [{Record}]",
        $",\n  \"peers\": [{Record},],",
        $",\n  \"peers\": [\n    {Record}\n  ]",
        $",\n  \"peers\": [\n    {Record}, // the server, \"old\" }} ]\n  ]",
        $",\n  \"peers\": [\n    {Record} // no comma\n    /* and a block, ] */\n  ],\n  // the end",
        $",\r\n\t\"peers\": [\r\n\t\t{Record},\r\n\t]",
        $",\n  \"peers\": [ {Record}\n , {Record.Replace("jabber", "montague", StringComparison.Ordinal)} /* two */ ], \"log\": {{ }}",
    };

    public void Dispose() => sample.Dispose();

    [Theory, Item("OCS-042"), Item("PSB-070")]
    [MemberData(nameof(Layouts))]
    public void Edge_domain_and_port_are_enough_and_every_other_byte_stays(string layout)
    {
        var before = Write(Head + layout + "\n}\n");
        var peers = Names(before);

        var added = PeerEditor.Add(sample.File, Contoso with { Port = 5071 }, isDry: false);

        var after = File.ReadAllText(sample.File);
        Assert.True(added.IsWritten, string.Join('\n', added.Faults) + added.Refusal);
        Assert.Equal([.. peers, "contoso.example"], Names(after));
        var peer = ConfigurationFile.Read(sample.File).Model!.Federation.Peers[^1];
        Assert.Equal(("lync2013", "sip.contoso.example:5071", "sip.contoso.example"), (peer.Profile, Assert.Single(peer.Addresses), Assert.Single(peer.TlsSubjects)));
        Assert.Equal(before, File.ReadAllText(added.Backup!));
        AssertOnlyInserted(before, after);
        Assert.Equal(before.Contains("\r\n", StringComparison.Ordinal), after.Contains("\r\n  ", StringComparison.Ordinal) || after.Contains("\r\n\t", StringComparison.Ordinal));

        var removed = PeerEditor.Remove(sample.File, "contoso.example", isDry: false);

        Assert.True(removed.IsWritten, string.Join('\n', removed.Faults) + removed.Refusal);
        var back = File.ReadAllText(sample.File);
        Assert.Equal(peers, Names(back));
        AssertOnlyInserted(WithoutSpaceAndCommas(before), WithoutSpaceAndCommas(back));
    }

    [Theory]
    [InlineData("one")]
    [InlineData("two")]
    [InlineData("three")]
    public void Any_of_several_goes_and_the_comments_of_the_others_stay(string name)
    {
        var listed = string.Join(",\n", new[] { "one", "two", "three" }.Select(n => $"    // before {n}\n    {Record.Replace("jabber", n, StringComparison.Ordinal)} /* behind {n} */"));
        Write($"{Head},\n  \"peers\": [\n{listed}\n  ]\n}}\n");

        Assert.True(PeerEditor.Remove(sample.File, name, isDry: false).IsWritten);

        var text = File.ReadAllText(sample.File);
        Assert.Equal(new[] { "one", "two", "three" }.Where(n => n != name), Names(text));
        foreach (var n in new[] { "one", "two", "three" })
        {
            Assert.Contains($"// before {n}", text, StringComparison.Ordinal);
            Assert.Contains($"/* behind {n} */", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_same_again_changes_nothing_and_another_of_that_name_is_refused()
    {
        sample.Read(Sample.Good.Replace("contoso", "fabrikam", StringComparison.Ordinal));
        Assert.True(PeerEditor.Add(sample.File, Contoso, isDry: false).IsWritten);
        var text = File.ReadAllText(sample.File);

        var again = PeerEditor.Add(sample.File, Contoso, isDry: false);
        var other = PeerEditor.Add(sample.File, Contoso with { Port = 5099 }, isDry: false);

        Assert.Equal((false, ""), (again.IsChanged, again.Refusal));
        Assert.Contains("differs", other.Refusal, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(sample.File));
    }

    [Fact]
    public void What_would_have_faults_is_not_written_and_a_dry_run_writes_nothing()
    {
        sample.Read(Sample.Good);

        var claimed = PeerEditor.Add(sample.File, Contoso, isDry: false);
        var dry = PeerEditor.Add(sample.File, Contoso with { Domains = ["fabrikam.example"], Name = "fabrikam" }, isDry: true);
        var unknown = PeerEditor.Remove(sample.File, "nobody", isDry: false);

        Assert.Contains(claimed.Faults, f => f.Text.Contains("contoso.example is claimed by", StringComparison.Ordinal));
        Assert.Equal((true, false), (dry.IsChanged, dry.IsWritten));
        Assert.Contains(dry.Lines, l => l.Contains("\"fabrikam\"", StringComparison.Ordinal));
        Assert.Contains("contoso, jabber", unknown.Refusal, StringComparison.Ordinal);
        Assert.Equal(Sample.Good, File.ReadAllText(sample.File));
        Assert.False(File.Exists(sample.File + ".bak"));
        Assert.Empty(Directory.GetFiles(sample.Folder, "*.new"));
    }

    [Fact]
    public void A_peer_that_a_rule_or_a_route_names_is_not_taken_away_under_it()
    {
        sample.ReadWith("\"peers\"", "\"routes\": [{ \"pattern\": \"contoso.example\", \"peer\": \"contoso\" }], \"peers\"");

        var removed = PeerEditor.Remove(sample.File, "contoso", isDry: false);

        Assert.Contains(removed.Faults, f => f.Path == "$.routes[0].peer");
        Assert.False(removed.IsWritten);
    }

    [Fact]
    public void Mode_link_and_byte_order_mark_of_the_file_stay()
    {
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        var real = Path.Combine(sample.Folder, "real.json");
        File.WriteAllText(real, Sample.Good, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        File.SetUnixFileMode(real, mode);
        File.CreateSymbolicLink(sample.File, real);

        var added = PeerEditor.Add(sample.File, new PeerOrder("prosody", ["capulet.example"]), isDry: false);

        Assert.True(added.IsWritten, added.Refusal + string.Join('\n', added.Faults));
        Assert.Equal(real + ".bak", added.Backup);
        Assert.NotNull(File.ResolveLinkTarget(sample.File, returnFinalTarget: false));
        Assert.Equal(mode, File.GetUnixFileMode(real));
        Assert.True(File.ReadAllBytes(real).AsSpan().StartsWith(new byte[] { 0xEF, 0xBB, 0xBF }));
        var peer = ConfigurationFile.Read(sample.File).Model!.Federation.Peers[^1];
        Assert.Equal(("capulet.example", "prosody", 0), (peer.Name, peer.Profile, peer.Addresses.Length));
    }

    [Fact]
    public void Every_product_makes_a_record_that_is_good()
    {
        foreach (var product in PeerRecord.Products.Keys)
        {
            sample.Read(Sample.Good);
            var host = PeerRecord.IsXmpp(product) ? "" : "edge.fabrikam.example";
            var added = PeerEditor.Add(sample.File, new PeerOrder(product, ["fabrikam.example", "other.example"]) { Host = host }, isDry: false);
            Assert.True(added.IsWritten, product + string.Join('\n', added.Faults));
            Assert.Equal("gateway reload", added.NextSteps[0]);
            Assert.Contains(added.NextSteps, s => s == "gateway doctor fabrikam.example");
        }
    }

    private string Write(string text)
    {
        File.WriteAllText(sample.File, text);
        return text;
    }

    private static List<string> Names(string text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        return document.RootElement.TryGetProperty("peers", out var peers) ? [.. peers.EnumerateArray().Select(p => p.GetProperty("name").GetString()!)] : [];
    }

    // Every sign of the old text is in the new one, in its order.
    private static void AssertOnlyInserted(string before, string after)
    {
        var at = 0;
        foreach (var sign in before)
        {
            at = after.IndexOf(sign, at) + 1;
            Assert.True(at > 0, $"'{sign}' is gone:\n{before}\n---\n{after}");
        }
    }

    private static string WithoutSpaceAndCommas(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c) && c != ','));
}

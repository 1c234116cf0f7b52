using System.Globalization;
using Lab;
using Lab.Processes;

namespace Appliance.Tests.Interop;

/// <summary>
/// Everything a hostile XMPP server has been known to try, against the real executable: each attempt ends with the stream error that the RFC names and one typed reason in log, metric and
/// <c>status</c>; no forged stanza arrives; and the good peers of the same appliance are served meanwhile.
/// </summary>
public sealed class HostileXmppTests(HostileStage fixture) : IClassFixture<HostileStage>
{
    private static readonly string[] Slow = ["slow-drip", "silence", "unfinished-handshake"];

    private Stage Stage => fixture.Stage;

    [Theory, Clause("RFC 6120", "11"), Clause("RFC 6120", "4.9.3.18"), Clause("RFC 6120", "4.9.3.13"), Clause("RFC 6120", "4.9.3.22")]
    [InlineData("comment", "<restricted-xml", "xmpp.CommentForbidden")]
    [InlineData("comment-in-stanza", "<restricted-xml", "xmpp.CommentForbidden")]
    [InlineData("processing-instruction", "<restricted-xml", "xmpp.ProcessingInstructionForbidden")]
    [InlineData("doctype", "<restricted-xml", "xmpp.DoctypeForbidden")]
    [InlineData("entity-bomb", "<restricted-xml", "xmpp.DoctypeForbidden")]
    [InlineData("entity", "<restricted-xml", "xmpp.EntityForbidden")]
    [InlineData("undeclared-prefix", "<not-well-formed", "xmpp.UndeclaredPrefix")]
    [InlineData("undeclared-attribute-prefix", "<not-well-formed", "xmpp.UndeclaredPrefix")]
    [InlineData("overlong-utf8", "<unsupported-encoding", "xmpp.InvalidUtf8")]
    [InlineData("surrogate-utf8", "<unsupported-encoding", "xmpp.InvalidUtf8")]
    [InlineData("broken-utf8", "<unsupported-encoding", "xmpp.InvalidUtf8")]
    [InlineData("other-encoding", "<unsupported-encoding", "xmpp.UnsupportedEncoding")]
    [InlineData("null-character", "<not-well-formed", "xmpp.InvalidCharacter")]
    [InlineData("forbidden-reference", "<not-well-formed", "xmpp.InvalidCharacter")]
    [InlineData("wrong-end-tag", "<not-well-formed", "xmpp.NotWellFormed")]
    [InlineData("cdata-end", "<not-well-formed", "xmpp.NotWellFormed")]
    [InlineData("text-between-stanzas", "<bad-format", "xmpp.TextBetweenStanzas")]
    public Task Forbidden_XML_ends_only_its_own_stream(string attack, string words, string reason) => IsEndedAsync(attack, words, reason);

    [Theory, Clause("RFC 6120", "13.12"), Clause("RFC 6120", "4.9.3.14")]
    [InlineData("deep-nesting", "xmpp.DepthExceeded")]
    [InlineData("endless-name", "xmpp.StanzaTooLarge")]
    [InlineData("endless-attribute", "xmpp.StanzaTooLarge")]
    [InlineData("endless-attributes", "xmpp.AttributesExceeded")]
    [InlineData("nested-declarations", "xmpp.AttributesExceeded")]
    [InlineData("endless-children", "xmpp.StanzaTooLarge")]
    [InlineData("endless-text", "xmpp.StanzaTooLarge")]
    [InlineData("endless-header", "xmpp.HeaderTooLarge")]
    [InlineData("endless-prolog", "xmpp.HeaderTooLarge")]
    public Task What_has_no_end_is_cut_at_its_limit(string attack, string reason) => IsEndedAsync(attack, "<policy-violation", reason);

    [Theory, Clause("RFC 6120", "4.9.3.10"), Clause("RFC 6120", "4.9.3.25"), Clause("RFC 6120", "4.9.3.6"), Clause("RFC 6120", "5.3.3"), Clause("RFC 6120", "6.4.5")]
    [InlineData("no-xmpp", "<not-well-formed", "xmpp.NotWellFormed")]
    [InlineData("client-namespace", "<invalid-namespace", "xmpp.InvalidNamespace")]
    [InlineData("foreign-stream-namespace", "<invalid-namespace", "xmpp.InvalidNamespace")]
    [InlineData("old-version", "<unsupported-version", "xmpp.UnsupportedVersion")]
    [InlineData("unknown-to", "<host-unknown", "xmpp.HostUnknown")]
    [InlineData("from-is-yours", "<not-authorized", "xmpp.PeerUnknown")]
    [InlineData("from-changes-after-tls", "<not-authorized", "federation.FromDomainNotAllowed")]
    [InlineData("second-header", "<restricted-xml", "xmpp.ProcessingInstructionForbidden")]
    [InlineData("data-before-proceed", "<policy-violation", "xmpp.BytesBeforeTls")]
    [InlineData("stanza-before-tls", "<not-authorized", "xmpp.NotAuthorized")]
    [InlineData("stanza-before-authentication", "<not-authorized", "xmpp.NotAuthorized")]
    [InlineData("authentication-before-tls", "<encryption-required", "xmpp.SaslFailed")]
    [InlineData("another-mechanism", "<invalid-mechanism", "xmpp.SaslFailed")]
    [InlineData("another-identity", "<invalid-authzid", "xmpp.SaslFailed")]
    public Task Games_with_header_and_negotiation_lead_nowhere(string attack, string words, string reason) => IsEndedAsync(attack, words, reason);

    [Theory, Item("PSB-028"), Clause("RFC 6120", "4.9.3.9"), Clause("RFC 6120", "4.9.3.7"), Clause("RFC 6120", "8.1.1.2")]
    [InlineData("spoofed-from", "<invalid-from", "xmpp.InvalidFrom")]
    [InlineData("spoofed-subdomain", "<invalid-from", "xmpp.InvalidFrom")]
    [InlineData("spoofed-own-domain", "<invalid-from", "xmpp.InvalidFrom")]
    [InlineData("no-from", "<improper-addressing", "xmpp.ImproperAddressing")]
    [InlineData("no-to", "<improper-addressing", "xmpp.ImproperAddressing")]
    [InlineData("broken-from", "<improper-addressing", "xmpp.JidMalformed")]
    [InlineData("escape-in-from", "<improper-addressing", "xmpp.JidMalformed")]
    [InlineData("turned-from", "<improper-addressing", "xmpp.JidMalformed")]
    [InlineData("foreign-to", "<host-unknown", "xmpp.HostUnknown")]
    [InlineData("no-stanza", "<unsupported-stanza-type", "xmpp.UnsupportedStanzaType")]
    public Task Senders_are_what_the_stream_has_proved(string attack, string words, string reason) => IsEndedAsync(attack, words, reason);

    [Theory, Clause("XEP-0220", "2.2"), Clause("XEP-0220", "2.5"), Clause("XEP-0220", "3.1")]
    [InlineData("dialback-replay", "type='invalid'", "xmpp.DialbackInvalid")]
    [InlineData("dialback-race", "<not-authorized", "xmpp.NotAuthorized")]
    [InlineData("dialback-forged-verdict", "<not-authorized", "xmpp.NotAuthorized")]
    [InlineData("dialback-of-another", "<not-authorized", "xmpp.NotAuthorized")]
    [InlineData("dialback-many-domains", "<not-acceptable", "xmpp.PolicyViolation")]
    [InlineData("dialback-unread-answers", "<db:verify", "xmpp.ResourceConstraint")]
    [InlineData("dialback-in-clear", "<policy-violation", "xmpp.NotAuthorized")]
    [InlineData("dialback-incomplete", "<improper-addressing", "xmpp.DialbackMalformed")]
    public Task Keys_of_others_prove_nothing(string attack, string words, string reason) => IsEndedAsync(attack, words, reason);

    [Fact, Clause("RFC 6120", "4.9.3.4")]
    public async Task Whoever_drips_stalls_or_babbles_is_cut_when_negotiation_is_over_and_others_are_served_meanwhile()
    {
        var refusal = await Refusal.ExpectAsync(Stage, "xmpp.NegotiationTimeout");
        var attacks = Slow.Select(a => fixture.AttackAsync(a)).ToList();
        var all = Task.WhenAll(attacks);
        var served = 0;
        do
        {
            await Calls.NobodyNoticesAsync(Stage);
            if (!attacks.Exists(a => a.IsCompleted)) served++;
        }
        while (!all.IsCompleted);
        Assert.All(await all, r => Assert.True(r.Has("ended", "true"), JsonProcess.Print(r)));
        Assert.NotEqual(0, served);
        await refusal.WasToldAsync();
        NothingForgedArrived();
    }

    [Fact]
    public async Task Memory_does_not_grow_with_the_number_of_attacks()
    {
        string[] greedy = ["endless-text", "endless-name", "endless-attribute", "endless-children", "deep-nesting", "endless-header", "endless-attributes"];
        for (var round = 0; round < 3; round++) await RoundAsync();
        var before = ResidentBytes();
        for (var round = 0; round < 12; round++) await RoundAsync();
        // Seven attackers with four megabytes each, twelve times over: 240 MB were sent or refused; what stays is noise of the collector.
        Assert.InRange(ResidentBytes() - before, long.MinValue, 48L << 20);
        await Calls.NobodyNoticesAsync(Stage);

        Task RoundAsync() => Task.WhenAll(greedy.Select(async a => Assert.True((await fixture.AttackAsync(a)).Has("ended", "true"), a)));
    }

    private async Task IsEndedAsync(string attack, string words, string reason)
    {
        var refusal = await Refusal.ExpectAsync(Stage, reason);
        var attacking = fixture.AttackAsync(attack);
        await Calls.NobodyNoticesAsync(Stage);
        var result = await attacking;
        Assert.True(result.Has("ended", "true"), JsonProcess.Print(result));
        Assert.Contains(words, result.At("seen"), StringComparison.Ordinal);
        await refusal.WasToldAsync();
        NothingForgedArrived();
    }

    private void NothingForgedArrived() =>
        Assert.Equal(0, Stage.Edge.Events.Count(e => e.Is("message") && e.At("text") is { } text && text.StartsWith("attack:", StringComparison.Ordinal)));

    private long ResidentBytes()
    {
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{Stage.Gateway.Process.Id}/status")).First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}

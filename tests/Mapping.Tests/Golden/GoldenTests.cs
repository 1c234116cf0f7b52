using System.Globalization;
using System.Text;
using Gateway.Federation;
using Gateway.Mapping;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Availability;
using Gateway.Mapping.Documents;
using Gateway.Mapping.Sip;
using Gateway.Mapping.Xmpp;
using Gateway.Sip.Protocol.Wire;
using Gateway.Xmpp.Protocol.Stanzas;
using Presence.Core;
using Presence.Core.Model;

namespace Mapping.Tests.Golden;

/// <summary>Whole conversions by folders under <c>interop-fixtures</c>: wire of one protocol in, wire of the other out.</summary>
public sealed class GoldenTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly AvailabilityTables Tables = AvailabilityTables.Default;

    public static TheoryData<string> MessagesToStanzas => FixtureFolder.CasesOf("mapping/message-to-stanza");

    public static TheoryData<string> StanzasToMessages => FixtureFolder.CasesOf("mapping/stanza-to-message");

    public static TheoryData<string> NotifiesToPresence => FixtureFolder.CasesOf("mapping/notify-to-presence");

    public static TheoryData<string> PresenceToNotifies => FixtureFolder.CasesOf("mapping/presence-to-notify");

    public static TheoryData<string> Documents => FixtureFolder.CasesOf("documents");

    [Theory, MemberData(nameof(MessagesToStanzas))]
    public void A_sip_message_becomes_the_expected_stanza(string name)
    {
        var fixture = new FixtureFolder(name);
        var request = Wire.Request(fixture.ReadSip("in.sip"));
        Assert.True(request.TryFrom(out var from));
        Assert.True(request.TryTo(out var to));
        Assert.True(SipAddresses.TryRead(Encoding.UTF8.GetBytes(from.UriText), out var sender, out _));
        Assert.True(SipAddresses.TryRead(Encoding.UTF8.GetBytes(to.UriText), out var addressee, out _));
        var passage = new Passage(1, "contoso", Protocol.Sip, PassageKind.Message, sender, addressee) { FromEndpoint = SipEndpoints.NameOf(null, null, from.Epid) };

        var content = SipToContent.Read(request);

        fixture.AssertMatches("out.xml", content switch
        {
            { Message: { } message } => Wire.Written((ref Gateway.Xmpp.Protocol.Wire.XmppWriter w) => ContentToXmpp.TryWrite(ref w, passage, message, "id1")),
            { State: { } state } => Wire.Written((ref Gateway.Xmpp.Protocol.Wire.XmppWriter w) => ContentToXmpp.TryWrite(ref w, passage, state, null)),
            { IsNothing: true } => "nothing",
            _ => MappingReasons.NameOf(content.Reason),
        });
    }

    [Theory, MemberData(nameof(StanzasToMessages))]
    public void A_stanza_becomes_the_expected_message(string name)
    {
        var fixture = new FixtureFolder(name);
        var stanza = Assert.IsType<Message>(Wire.Stanza(fixture.Read("in.xml")));
        Assert.True(XmppAddresses.TryRead(stanza.From!, out var from));
        Assert.True(XmppAddresses.TryRead(stanza.To!, out var to));

        var content = XmppToContent.Read(stanza);

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"From: <{SipAddresses.ToUri(from)}>\nTo: <{SipAddresses.ToUri(to)}>\n");
        if (content.Reason != MappingReason.None) text.Append(CultureInfo.InvariantCulture, $"Refused: {MappingReasons.NameOf(content.Reason)}\n");
        if (content.State is { } state) text.Append(CultureInfo.InvariantCulture, $"State: {state}\n");
        if (content.Message is { } message)
        {
            if (message.Subject is not null) text.Append(CultureInfo.InvariantCulture, $"Subject: {message.Subject}\n");
            if (message.DelayedSince is { } since) text.Append(CultureInfo.InvariantCulture, $"Delayed: {since:O}\n");
            if (message.Xhtml is not null) text.Append(CultureInfo.InvariantCulture, $"Xhtml: {message.Xhtml}\n");
            foreach (var body in ContentToSip.Bodies(message)) text.Append(CultureInfo.InvariantCulture, $"Content-Type: {ContentToSip.ContentType}\n\n{Encoding.UTF8.GetString(body)}\n");
        }

        fixture.AssertMatches("out.txt", text.ToString());
    }

    [Theory, MemberData(nameof(NotifiesToPresence))]
    public void A_notification_becomes_the_expected_presence(string name)
    {
        var fixture = new FixtureFolder(name);
        var request = Wire.Request(fixture.ReadSip("in.sip"));
        Assert.True(SubscriptionStateHeader.TryRead(request.First(SipHeaderId.SubscriptionState), out var state));
        Assert.True(request.TryFrom(out var from));
        Assert.True(request.TryTo(out var to));
        Assert.True(SipAddresses.TryRead(Encoding.UTF8.GetBytes(from.UriText), out var presentity, out _));
        Assert.True(SipAddresses.TryRead(Encoding.UTF8.GetBytes(to.UriText), out var watcher, out _));

        var commands = NotifyToCommands.Read(watcher, state, request.First(SipHeaderId.ContentType), request.Body.Span, Tables, Now, out var reason);

        var text = new StringBuilder();
        foreach (var command in commands) text.Append(Dump(command)).Append('\n');
        if (reason != MappingReason.None) text.Append(MappingReasons.NameOf(reason)).Append('\n');
        if (commands.OfType<UpstreamShowed>().SingleOrDefault() is { } showed)
        {
            var view = ViewOf(presentity, watcher, showed.Fragments);
            text.Append(Wire.Written((ref Gateway.Xmpp.Protocol.Wire.XmppWriter w) => EffectToPresence.TryWrite(ref w, new Show(presentity, watcher, ""), view, Tables, "id1")));
        }

        fixture.AssertMatches("out.txt", text.ToString());
    }

    [Theory, MemberData(nameof(PresenceToNotifies))]
    public void A_presence_stanza_becomes_the_expected_notification(string name)
    {
        var fixture = new FixtureFolder(name);
        var stanza = Assert.IsType<Gateway.Xmpp.Protocol.Stanzas.Presence>(Wire.Stanza(fixture.Read("in.xml")));

        var isRead = PresenceToCommand.TryRead(stanza, new Leg("xmpp", default), Tables, Now, out var arrival, out var reason);

        var text = new StringBuilder(isRead ? $"{arrival.Presentity}: {Dump(arrival.Command)}\n" : MappingReasons.NameOf(reason) + "\n");
        if (isRead && arrival.Command is UpstreamShowed showed)
        {
            // The core drops what is offline; the rest of what it does is its own tests' matter.
            var view = ViewOf(arrival.Presentity, showed.Watcher, [.. showed.Fragments.Where(f => f.Availability != Presence.Core.Model.Availability.Offline)]);
            text.Append(Encoding.UTF8.GetString(ViewToNotify.Body(view, Tables, PidfStyle.Microsoft)!)).Append('\n');
            text.Append(Encoding.UTF8.GetString(ViewToNotify.Body(view, Tables, PidfStyle.Rfc)!)).Append('\n');
        }

        fixture.AssertMatches("out.txt", text.ToString());
    }

    [Theory, MemberData(nameof(Documents))]
    public void A_presence_document_is_read_as_expected(string name)
    {
        var fixture = new FixtureFolder(name);
        var body = fixture.Read("in.xml");
        var text = new StringBuilder();
        if (PidfReader.TryRead(body, out var document, out var reason))
        {
            text.Append(CultureInfo.InvariantCulture, $"entity {document.Entity}\nname {document.DisplayName}\n");
            foreach (var fragment in NotifyToCommands.FragmentsOf(document, Tables, Now)) text.Append(Dump(fragment)).Append('\n');
        }
        else
        {
            text.Append(MappingReasons.NameOf(reason)).Append('\n');
        }

        fixture.AssertMatches("out.txt", text.ToString());
    }

    private static WatcherView ViewOf(Address presentity, Address watcher, IReadOnlyList<Fragment> fragments) =>
        new(presentity, watcher, AuthorizationPhase.Granted, IsKnown: true, fragments, [], null, 1);

    private static string Dump(PresentityCommand command) => command is UpstreamShowed showed
        ? $"UpstreamShowed to {showed.Watcher}, {(showed.IsFullState ? "full" : "partial")}: [{string.Join("; ", showed.Fragments.Select(Dump))}]"
        : command switch
        {
            UpstreamDenied denied => $"UpstreamDenied to {denied.Watcher}: {denied.Reason}",
            UpstreamEnded ended => $"UpstreamEnded to {ended.Watcher}: {(ended.RetryNow ? "retry now" : "retry later")} {ended.RetryAfterSeconds}",
            UpstreamFailed failed => $"UpstreamFailed to {failed.Watcher}: {failed.Condition}",
            _ => $"{command.GetType().Name} of {command.Watcher}",
        };

    private static string Dump(Fragment fragment) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"'{fragment.Endpoint}' {fragment.Availability} note='{fragment.Note}' lang={fragment.Language} priority={fragment.Priority} since={fragment.Since:yyyy-MM-dd'T'HH:mm:ss}");
}

using Gateway.Mapping.Availability;
using Gateway.Xmpp.Protocol.Wire;
using State = Presence.Core.Model.Availability;

namespace Gateway.Mapping.Xmpp;

/// <summary>
/// What a presence stanza's show cannot say, beside it in an element of our own: between two gateways whose peer records both switch it on (PSB-115). The show stands as ever, so whoever does
/// not know the element loses nothing; a word that contradicts the show is not believed.
/// </summary>
public static class RichPresence
{
    public const string Namespace = "urn:x-gateway:rich-presence:0";

    private static readonly XmlElement[][] s_elements =
        [.. Enum.GetValues<State>().Order().Select(state => new[] { new XmlElement("state", Namespace, [new XmlAttribute("availability", $"{state}")], null) })];

    /// <summary>The element for this state, ready to be written.</summary>
    public static IReadOnlyList<XmlElement> Of(State state) => s_elements[(int)state];

    /// <summary>The state a stanza tells beyond its show; <paramref name="shown"/> where it tells none, or none that fits.</summary>
    public static State Read(Gateway.Xmpp.Protocol.Stanzas.Presence stanza, State shown, AvailabilityTables tables)
    {
        if (stanza.Element.Child("state", Namespace)?.Attribute("availability") is not { } word) return shown;
        foreach (var state in Enum.GetValues<State>())
        {
            if (word != Enum.GetName(state)) continue;
            var row = tables.Of(state);
            return row.IsXmppAvailable && row.XmppShow == tables.Of(shown).XmppShow ? state : shown;
        }

        return shown;
    }
}

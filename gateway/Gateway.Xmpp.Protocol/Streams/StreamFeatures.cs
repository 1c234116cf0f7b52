using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Protocol.Streams;

/// <summary>What stands about a stream: the conditions of its features.</summary>
[Flags]
public enum StreamFacts
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>TLS stands.</summary>
    Secure = 1,
    /// <summary>TLS stands, or policy allows to go on without.</summary>
    ChannelAccepted = 2,
    /// <summary>The peer's certificate proves its domain under the trust configured for it.</summary>
    Proved = 4,
    /// <summary>Policy allows dialback with this peer.</summary>
    DialbackAllowed = 8,
    /// <summary>SASL has succeeded.</summary>
    Authenticated = 16,
    /// <summary>SASL has failed on this stream; it is not tried again.</summary>
    SaslFailed = 32,
    /// <summary>Policy forbids TLS with this peer.</summary>
    TlsForbidden = 64,
    /// <summary>Policy takes no part in SASL EXTERNAL with this peer.</summary>
    ExternalOff = 128,
    /// <summary>Policy lets stanzas cross in both directions of one stream (XEP-0288).</summary>
    BidiAllowed = 256,
    /// <summary>Both sides have agreed to it.</summary>
    Bidi = 512,
    /// <summary>Policy takes part in stream management (XEP-0198).</summary>
    ManagementAllowed = 1024,
    /// <summary>It is in force.</summary>
    Managed = 2048,
}

/// <summary>One entry of stream negotiation. Features are values: a list of them is the whole policy of a direction (RFC 6120 §4.3.2, XEP-0178, XEP-0220 §2.4).</summary>
/// <param name="Offer">The bit by which a peer's list names it.</param>
/// <param name="Necessary">Facts that must hold.</param>
/// <param name="Prohibited">Facts that must not.</param>
public sealed record StreamFeature(StreamOffers Offer, StreamFacts Necessary, StreamFacts Prohibited)
{
    /// <summary>What we offer on streams that come in.</summary>
    public static IReadOnlyList<StreamFeature> Inbound { get; } =
    [
        new(StreamOffers.StartTls, StreamFacts.None, StreamFacts.Secure | StreamFacts.Authenticated | StreamFacts.TlsForbidden),
        new(StreamOffers.External, StreamFacts.Secure | StreamFacts.Proved, StreamFacts.Authenticated | StreamFacts.SaslFailed | StreamFacts.ExternalOff),
        new(StreamOffers.Dialback, StreamFacts.ChannelAccepted | StreamFacts.DialbackAllowed, StreamFacts.None),
        new(StreamOffers.Bidi, StreamFacts.Secure | StreamFacts.BidiAllowed, StreamFacts.Authenticated | StreamFacts.Bidi),
        new(StreamOffers.Management, StreamFacts.Authenticated | StreamFacts.ManagementAllowed, StreamFacts.Bidi | StreamFacts.Managed),
    ];

    /// <summary>What we do on streams that go out, the best first.</summary>
    public static IReadOnlyList<StreamFeature> Outbound { get; } =
    [
        new(StreamOffers.StartTls, StreamFacts.None, StreamFacts.Secure | StreamFacts.Authenticated | StreamFacts.TlsForbidden),
        new(StreamOffers.External, StreamFacts.Secure, StreamFacts.Authenticated | StreamFacts.SaslFailed | StreamFacts.ExternalOff),
        new(StreamOffers.Dialback, StreamFacts.ChannelAccepted | StreamFacts.DialbackAllowed, StreamFacts.Authenticated),
    ];

    /// <summary>True when this is offered on an inbound stream of which these facts hold.</summary>
    public static bool IsOffered(StreamOffers offer, StreamFacts facts)
    {
        foreach (var feature in Inbound)
        {
            if (feature.Offer == offer) return feature.IsUsable(facts);
        }
        return false;
    }

    /// <summary>True when the facts are right for it.</summary>
    public bool IsUsable(StreamFacts facts) => (facts & Necessary) == Necessary && (facts & Prohibited) == StreamFacts.None;
}

/// <summary>What a features element names, of what we know.</summary>
[Flags]
public enum StreamOffers
{
    /// <summary>Nothing we know.</summary>
    None = 0,
    /// <summary>STARTTLS.</summary>
    StartTls = 1,
    /// <summary>STARTTLS, mandatory.</summary>
    StartTlsRequired = 2,
    /// <summary>SASL EXTERNAL.</summary>
    External = 4,
    /// <summary>Dialback.</summary>
    Dialback = 8,
    /// <summary>Dialback with graceful errors.</summary>
    DialbackErrors = 16,
    /// <summary>Stream management (XEP-0198).</summary>
    Management = 32,
    /// <summary>Stanzas in both directions (XEP-0288).</summary>
    Bidi = 64,
}

/// <summary>The features element: RFC 6120 §4.3.2.</summary>
public static class StreamFeatures
{
    /// <summary>Reads what a peer offers.</summary>
    public static StreamOffers Read(XmlElement features)
    {
        var offers = StreamOffers.None;
        foreach (var child in features.Children)
        {
            if (child.Is("starttls", Namespaces.Tls))
            {
                offers |= StreamOffers.StartTls;
                if (child.Child("required") is not null) offers |= StreamOffers.StartTlsRequired;
            }
            else if (child.Is("mechanisms", Namespaces.Sasl))
            {
                foreach (var mechanism in child.Children)
                {
                    if (mechanism.Is("mechanism", Namespaces.Sasl) && mechanism.Text == "EXTERNAL") offers |= StreamOffers.External;
                }
            }
            else if (child.Is("dialback", Namespaces.DialbackFeature))
            {
                offers |= StreamOffers.Dialback;
                if (child.Child("errors") is not null) offers |= StreamOffers.DialbackErrors;
            }
            else if (child.Is("sm", Namespaces.StreamManagement)) offers |= StreamOffers.Management;
            else if (child.Is("bidi", Namespaces.BidiFeature)) offers |= StreamOffers.Bidi;
        }
        return offers;
    }

    /// <summary>What the facts allow us to offer.</summary>
    public static StreamOffers Offered(StreamFacts facts)
    {
        var offers = StreamOffers.None;
        foreach (var feature in StreamFeature.Inbound)
        {
            if (feature.IsUsable(facts)) offers |= feature.Offer;
        }
        if (offers.Has(StreamOffers.StartTls) && !facts.Has(StreamFacts.ChannelAccepted)) offers |= StreamOffers.StartTlsRequired;
        return offers;
    }

    /// <summary>Writes the features element.</summary>
    public static void WriteTo(ref XmppWriter writer, StreamOffers offers)
    {
        writer.Raw("<stream:features>"u8);
        if (offers.Has(StreamOffers.StartTls))
        {
            writer.Raw(offers.Has(StreamOffers.StartTlsRequired)
                ? "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"u8
                : "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8);
        }
        if (offers.Has(StreamOffers.External))
            writer.Raw("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>"u8);
        if (offers.Has(StreamOffers.Dialback))
            writer.Raw("<dialback xmlns='urn:xmpp:features:dialback'><errors/></dialback>"u8);
        if (offers.Has(StreamOffers.Bidi)) writer.Raw("<bidi xmlns='urn:xmpp:features:bidi'/>"u8);
        if (offers.Has(StreamOffers.Management)) writer.Raw("<sm xmlns='urn:xmpp:sm:3'/>"u8);
        writer.Raw("</stream:features>"u8);
    }
}

/// <summary>Plain questions to the two flag sets.</summary>
public static class StreamFlags
{
    /// <summary>True when all these bits are there.</summary>
    public static bool Has(this StreamOffers offers, StreamOffers bits) => (offers & bits) == bits;

    /// <summary>True when all these bits are there.</summary>
    public static bool Has(this StreamFacts facts, StreamFacts bits) => (facts & bits) == bits;
}

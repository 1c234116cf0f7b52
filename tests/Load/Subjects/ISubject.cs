using System.Net;
using Load.Measure;

namespace Load.Subjects;

/// <summary>What is measured.</summary>
internal interface ISubject : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Where it takes SIP; null when it does not.</summary>
    IPEndPoint? Sip { get; }

    /// <summary>Where it takes XMPP streams of other servers; null when it does not.</summary>
    IPEndPoint? Xmpp { get; }

    /// <summary>The domain that other servers' streams are for.</summary>
    string FarDomain => Scenarios.Ends.SipDomain;

    /// <summary>Where two federating servers take components (XEP-0114), left and right; null when it is not two.</summary>
    (IPEndPoint Left, IPEndPoint Right)? Components => null;

    /// <summary>Names of the scenarios it can play, with the fleets they are played with; <see cref="ScenarioNames"/>.</summary>
    IReadOnlyList<string> Plays { get; }

    /// <summary>Its processes, once started.</summary>
    IReadOnlyList<ProcessUse> Processes { get; }

    Task StartAsync();
}

using System.Net;
using Load.Measure;

namespace Load.Subjects;

/// <summary>What is measured: a running gateway between SIP and XMPP.</summary>
internal interface ISubject : IAsyncDisposable
{
    string Name { get; }

    IPEndPoint Sip { get; }

    IPEndPoint Xmpp { get; }

    /// <summary>Names of the scenarios it can play; <see cref="ScenarioNames"/>.</summary>
    IReadOnlyList<string> Scenarios { get; }

    /// <summary>Its processes, once started.</summary>
    IReadOnlyList<ProcessUse> Processes { get; }

    Task StartAsync();
}

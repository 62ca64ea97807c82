using System.Globalization;
using System.Runtime.InteropServices;
using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Persistence.Embedded;

/// <summary>The account that the private server runs under: PostgreSQL refuses to run as root.</summary>
/// <param name="Switch">What is put in front of a command to run it under the account; empty when the process is not root.</param>
/// <param name="UserId">The user that owns the files; null when the process is not root.</param>
/// <param name="GroupId">The group that owns the files.</param>
internal sealed record ServerAccount(IReadOnlyList<string> Switch, uint? UserId, uint GroupId)
{
    private const string Name = "postgres";

    /// <summary>The account for this process.</summary>
    /// <exception cref="StartupRefusedException">Root, and Debian's user <c>postgres</c> is not there.</exception>
    public static ServerAccount ForThisProcess() =>
        geteuid() == 0 ? Unprivileged(File.ReadLines("/etc/passwd")) : new ServerAccount([], null, 0);

    internal static ServerAccount Unprivileged(IEnumerable<string> passwd)
    {
        var fields = passwd.Select(line => line.Split(':')).FirstOrDefault(f => f.Length > 3 && f[0] == Name)
            ?? throw new StartupRefusedException(
                $"PostgreSQL does not run as root, and there is no user '{Name}' to run it under. Debian's package makes one: apt-get install -y postgresql-common");
        return new ServerAccount(
            ["setpriv", "--reuid", fields[2], "--regid", fields[3], "--clear-groups"],
            uint.Parse(fields[2], CultureInfo.InvariantCulture),
            uint.Parse(fields[3], CultureInfo.InvariantCulture));
    }

    /// <summary>Hands a folder to the account; nothing to do when the process is not root.</summary>
    public void Own(string folder)
    {
        if (UserId is { } user && chown(folder, user, GroupId) != 0)
        {
            throw new IOException($"chown of {folder} failed with error {Marshal.GetLastPInvokeError()}.");
        }
    }

#pragma warning disable SYSLIB1054, CA5392 // Source-generated imports need unsafe code; libc is always the system's.
    [DllImport("libc", SetLastError = true)]
    private static extern int chown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint owner, uint group);

    [DllImport("libc")]
    private static extern uint geteuid();
#pragma warning restore SYSLIB1054, CA5392
}

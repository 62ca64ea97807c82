using DataHub.Domain.Access.Users;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Access.Users;

public class RolePermissionsTests
{
    [TestCase(Role.Admin, "users:read users:write keys:read keys:write keys:revoke apis:read apis:write analytics:read analytics:export rate-limits:write")]
    [TestCase(Role.Developer, "keys:read keys:write apis:read analytics:read analytics:export")]
    [TestCase(Role.Viewer, "keys:read apis:read analytics:read")]
    public void Of_Role_IsTheMatrix(Role role, string permissions) => RolePermissions.Of(role).Should().BeEquivalentTo(permissions.Split(' '));

    [Test]
    public void Of_NoRole_IsNothing() => RolePermissions.Of((Role)99).Should().BeEmpty();
}

using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Access.Users;

public class UserTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void Invite_Address_IsKeptAsWrittenAndComparedWithItsCaseFolded()
    {
        var user = NewUser("Ada.Lovelace@Example.com");

        (user.Email, user.EmailKey, user.Status).Should().Be(("Ada.Lovelace@Example.com", "ada.lovelace@example.com", UserStatus.Invited));
    }

    [TestCase("")]
    [TestCase("ada")]
    [TestCase("@example.com")]
    [TestCase("ada@")]
    [TestCase("ada@lovelace@example.com")]
    [TestCase("ada @example.com")]
    [TestCase("ada@example.com\r\nBcc: all@example.com")]
    [TestCase("<ada@example.com>")]
    public void Invite_WhatIsNoAddress_IsRefused(string email) =>
        FluentActions.Invoking(() => NewUser(email)).Should().Throw<DomainException>().Which.Pointer.Should().Be("/email");

    [Test]
    public void Enable_NeverAccepted_IsInvitedStill()
    {
        var user = NewUser();
        user.Disable(Noon);
        user.Enable(Noon);
        user.Status.Should().Be(UserStatus.Invited);

        user.Activate(Noon);
        user.Disable(Noon);
        user.Enable(Noon);
        user.Status.Should().Be(UserStatus.Active);
    }

    [Test]
    public void Activate_Disabled_IsRefused()
    {
        var user = NewUser();
        user.Disable(Noon);

        FluentActions.Invoking(() => user.Activate(Noon)).Should().Throw<DomainException>().Which.Error.Should().Be(UserErrors.WrongStatus);
    }

    private static User NewUser(string email = "ada@example.com") =>
        User.Invite(new UserId(Guid.CreateVersion7()), new UserSettings(email, "Ada", Role.Developer, false), Noon);
}
